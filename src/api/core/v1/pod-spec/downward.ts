import { qualifiedName } from "../../../../machinery/formats.ts";
import { invalid, notSupported, required } from "../../../../machinery/issue.ts";
import { isZeroQuantity, parseQuantity } from "../../../../machinery/quantity.ts";
import { checkFormat, type Issues } from "../../../checks.ts";
import type { DownwardAPIVolumeFile, ObjectFieldSelector, ResourceFieldSelector } from "../../../generated/core-v1.ts";
import { checkFileMode, checkLocalPath } from "./paths.ts";

/** What a variable of the environment may tell of its pod. Sorted. */
const ENV_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** What a file may tell of its pod: labels and annotations too, which may change. Sorted. */
const FILE_FIELDS = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/** What the downward API knows under any of its versions. */
const KNOWN_FIELDS = new Set([
  ...ENV_FIELDS,
  ...FILE_FIELDS,
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.host",
  "status.phase",
]);

const RESOURCES = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

const SIZE_DIVISORS = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";

export function checkEnvFieldRef(selector: ObjectFieldSelector, at: string, issues: Issues): void {
  checkFieldRef(selector, ENV_FIELDS, at, issues);
}

export function checkEnvResourceRef(selector: ResourceFieldSelector, at: string, issues: Issues): void {
  checkResourceRef(selector, false, at, issues);
}

/** A file of a downwardAPI volume, or of such a part of a projected one. */
export function checkDownwardFile(file: DownwardAPIVolumeFile, at: string, issues: Issues): void {
  if (!file.path) issues.push(required(`${at}.path`));
  checkLocalPath(file.path, `${at}.path`, issues);
  if (file.fieldRef !== undefined) {
    checkFieldRef(file.fieldRef, FILE_FIELDS, `${at}.fieldRef`, issues);
    if (file.resourceFieldRef !== undefined) {
      issues.push(invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
    }
  } else if (file.resourceFieldRef !== undefined) {
    checkResourceRef(file.resourceFieldRef, true, `${at}.resourceFieldRef`, issues);
  } else issues.push(required(at, "one of fieldRef and resourceFieldRef is required"));
  checkFileMode(file.mode, `${at}.mode`, issues);
}

function checkFieldRef(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  supported: readonly string[],
  at: string,
  issues: Issues,
): void {
  if (!apiVersion) return void issues.push(required(`${at}.apiVersion`));
  if (!fieldPath) return void issues.push(required(`${at}.fieldPath`));
  const subscripted = /^([^[]*)\['([^]*)'\]$/.exec(fieldPath);
  const problem = unknownField(apiVersion, fieldPath, subscripted?.[1]);
  if (problem !== undefined) {
    return void issues.push(invalid(`${at}.fieldPath`, fieldPath, `error converting fieldPath: ${problem}`));
  }
  if (subscripted === null) {
    const path = fieldPath === "spec.host" ? "spec.nodeName" : fieldPath;
    if (!supported.includes(path)) issues.push(notSupported(`${at}.fieldPath`, path, supported));
    return;
  }
  const [, path, key] = subscripted as unknown as [string, string, string];
  checkFormat(path === "metadata.annotations" ? key.toLowerCase() : key, at, qualifiedName, issues);
}

function unknownField(apiVersion: string, label: string, subscripted: string | undefined): string | undefined {
  if (apiVersion !== "v1") return `unsupported pod version: ${apiVersion}`;
  if (subscripted === undefined) return KNOWN_FIELDS.has(label) ? undefined : `field label not supported: ${label}`;
  if (subscripted === "metadata.labels" || subscripted === "metadata.annotations") return undefined;
  return `field label does not support subscript: ${label}`;
}

function checkResourceRef(
  { containerName, resource, divisor }: ResourceFieldSelector,
  needsContainer: boolean,
  at: string,
  issues: Issues,
): void {
  if (needsContainer && !containerName) issues.push(required(`${at}.containerName`));
  else if (!resource) issues.push(required(`${at}.resource`));
  else if (!RESOURCES.includes(resource) && !isHugePages(resource)) {
    issues.push(notSupported(`${at}.resource`, resource, RESOURCES));
  }
  checkDivisor(resource, divisor, at, issues);
}

function isHugePages(resource: string): boolean {
  return resource.startsWith("requests.hugepages-") || resource.startsWith("limits.hugepages-");
}

function checkDivisor(resource: string, divisor: string | undefined, at: string, issues: Issues): void {
  if (!divisor || divisor === "0" || isZeroQuantity(parseQuantity(divisor))) return;
  const kind = /^(?:limits|requests)\.(.*)$/.exec(resource)?.[1];
  if (kind === "cpu") {
    if (divisor !== "1m" && divisor !== "1") {
      issues.push(
        invalid(`${at}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource"),
      );
    }
    return;
  }
  const name = isHugePages(resource) ? "hugepages" : SIZES[kind ?? ""];
  if (name === undefined || SIZE_DIVISORS.split(", ").includes(divisor)) return;
  issues.push(
    invalid(
      `${at}.divisor`,
      resource,
      `only divisor's values ${SIZE_DIVISORS} are supported with the ${name} resource`,
    ),
  );
}

const SIZES: Readonly<Record<string, string>> = {
  memory: "memory",
  "ephemeral-storage": "local ephemeral storage",
};
