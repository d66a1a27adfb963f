import { dnsSubdomain } from "../../../../machinery/formats.ts";
import { invalid, notSupported, required, tooLong } from "../../../../machinery/issue.ts";
import { checkFormat, checkRequired, checkRequiredOneOf, type Issues } from "../../../checks.ts";
import type { KeyToPath } from "../../../generated/core-v1.ts";
import { checkDownwardFile } from "./downward.ts";
import { checkDescendingPath, checkFileMode, checkLocalPath, checkNoBacksteps } from "./paths.ts";
import { checkProjected } from "./volume-projections.ts";
import type { SourceChecks } from "./volumes.ts";

const HOST_PATH_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];

/** Volumes whose content comes from the cluster or the node. */
export const CONTENT_SOURCES: SourceChecks = {
  hostPath({ path, type = "" }, at, issues) {
    if (!path) return void issues.push(required(`${at}.path`));
    checkNoBacksteps(path, `${at}.path`, issues);
    if (!HOST_PATH_TYPES.includes(type)) issues.push(notSupported(`${at}.type`, type, HOST_PATH_TYPES));
  },
  gitRepo({ repository, directory = "" }, at, issues) {
    checkRequired(repository, `${at}.repository`, issues);
    checkDescendingPath(directory, `${at}.directory`, issues);
  },
  secret({ secretName, defaultMode, items }, at, issues) {
    checkRequired(secretName, `${at}.secretName`, issues);
    checkFileMode(defaultMode, `${at}.defaultMode`, issues);
    checkItems(items, `${at}.items`, issues);
  },
  configMap({ name, defaultMode, items }, at, issues) {
    checkRequired(name, `${at}.name`, issues);
    checkFileMode(defaultMode, `${at}.defaultMode`, issues);
    checkItems(items, `${at}.items`, issues);
  },
  downwardAPI({ defaultMode, items = [] }, at, issues) {
    checkFileMode(defaultMode, `${at}.defaultMode`, issues);
    for (const file of items) checkDownwardFile(file, at, issues);
  },
  projected: checkProjected,
  persistentVolumeClaim: ({ claimName }, at, issues) => void checkRequired(claimName, `${at}.claimName`, issues),
  image: ({ pullPolicy }, at, issues) => checkRequiredOneOf(pullPolicy, `${at}.pullPolicy`, PULL_POLICIES, issues),
  csi({ driver, nodePublishSecretRef }, at, issues) {
    checkCsiDriver(driver, `${at}.driver`, issues);
    if (nodePublishSecretRef === undefined) return;
    const { name } = nodePublishSecretRef;
    if (!name) issues.push(required(`${at}.nodePublishSecretRef.name`));
    else checkFormat(name, `${at}.name`, dnsSubdomain, issues);
  },
};

export function checkItems(items: readonly KeyToPath[] | undefined, at: string, issues: Issues): void {
  for (const [index, item] of (items ?? []).entries()) checkItem(item, `${at}[${index}]`, issues);
}

/** A key that becomes a file. */
export function checkItem({ key, path, mode }: KeyToPath, at: string, issues: Issues): void {
  checkRequired(key, `${at}.key`, issues);
  checkRequired(path, `${at}.path`, issues);
  checkLocalPath(path, `${at}.path`, issues);
  checkFileMode(mode, `${at}.mode`, issues);
}

export function checkCsiDriver(driver: string, at: string, issues: Issues): void {
  if (!checkRequired(driver, at, issues)) return;
  if (driver.length > 63) issues.push(tooLong(at, 63));
  for (const problem of dnsSubdomain(driver.toLowerCase())) issues.push(invalid(at, driver, problem));
}
