import { invalid, required } from "../../../../machinery/issue.ts";
import { checkRange, checkRequired, type Issues } from "../../../checks.ts";
import type { ISCSIPersistentVolumeSource, ISCSIVolumeSource } from "../../../generated/core-v1.ts";
import type { SourceChecks } from "./volumes.ts";

/** Of a volume's name and its portal together, where an initiator is named. */
export const LONG_PORTAL =
  "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";

/** Volumes that a storage server offers over the network. */
export const NETWORK_SOURCES: SourceChecks = {
  nfs({ server, path }, at, issues) {
    checkRequired(server, `${at}.server`, issues);
    checkRequired(path, `${at}.path`, issues);
    if (!path.startsWith("/")) issues.push(invalid(`${at}.path`, path, "must be an absolute path"));
  },
  iscsi(iscsi, at, issues) {
    checkRequired(iscsi.targetPortal, `${at}.targetPortal`, issues);
    if (!iscsi.iqn) issues.push(required(`${at}.iqn`));
    else checkInitiator(iscsi.iqn, `${at}.iqn`, issues);
    checkIscsiAccess(iscsi, at, issues);
    if (iscsi.initiatorName !== undefined) checkInitiator(iscsi.initiatorName, `${at}.initiatorname`, issues);
  },
  glusterfs({ endpoints, path }, at, issues) {
    checkRequired(endpoints, `${at}.endpoints`, issues);
    checkRequired(path, `${at}.path`, issues);
  },
  flocker({ datasetName = "", datasetUUID = "" }, at, issues) {
    if (datasetName === "" && datasetUUID === "") {
      issues.push(required(at, "one of datasetName and datasetUUID is required"));
    }
    if (datasetName !== "" && datasetUUID !== "") {
      issues.push(invalid(at, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
    }
    if (datasetName.includes("/")) issues.push(invalid(`${at}.datasetName`, datasetName, "must not contain '/'"));
  },
  rbd({ monitors, image }, at, issues) {
    if ((monitors ?? []).length === 0) issues.push(required(`${at}.monitors`));
    checkRequired(image, `${at}.image`, issues);
  },
  cephfs({ monitors }, at, issues) {
    if ((monitors ?? []).length === 0) issues.push(required(`${at}.monitors`));
  },
  quobyte({ registry, volume, tenant = "" }, at, issues) {
    const pairs = "must be a host:port pair or multiple pairs separated by commas";
    if (!registry) issues.push(required(`${at}.registry`, pairs));
    else if (tenant.length >= 65) {
      issues.push(required(`${at}.tenant`, "must be a UUID and may not exceed a length of 64 characters"));
    } else {
      for (const pair of registry.split(",")) {
        if (!/^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(pair)) issues.push(invalid(`${at}.registry`, registry, pairs));
      }
    }
    checkRequired(volume, `${at}.volume`, issues);
  },
  fc({ targetWWNs = [], wwids = [], lun }, at, issues) {
    const namesAt = `${at}.targetWWNs`;
    if (targetWWNs.length === 0 && wwids.length === 0) {
      issues.push(required(namesAt, "must specify either targetWWNs or wwids, but not both"));
    }
    if (targetWWNs.length > 0 && wwids.length > 0) {
      issues.push(invalid(namesAt, targetWWNs, "targetWWNs and wwids can not be specified simultaneously"));
    }
    if (targetWWNs.length === 0) return;
    if (lun === undefined) issues.push(required(`${at}.lun`, "lun is required if targetWWNs is specified"));
    else checkRange(lun, `${at}.lun`, 0, 255, issues);
  },
  flexVolume({ driver, options = {} }, at, issues) {
    checkRequired(driver, `${at}.driver`, issues);
    for (const key of Object.keys(options)) {
      if (/(?:^|\.)(?:kubernetes|k8s)\.io$/.test(key.split("/", 1)[0]!.toLowerCase())) {
        issues.push(invalid(`${at}.options[${key}]`, key, "kubernetes.io and k8s.io namespaces are reserved"));
      }
    }
  },
};

/** What volumes of pods and those of claims have in common between the two names. */
export function checkIscsiAccess(
  { lun, chapAuthDiscovery, chapAuthSession, secretRef }: ISCSIVolumeSource | ISCSIPersistentVolumeSource,
  at: string,
  issues: Issues,
): void {
  checkRange(lun, `${at}.lun`, 0, 255, issues);
  const authenticates = chapAuthDiscovery === true || chapAuthSession === true;
  if (authenticates && secretRef === undefined) issues.push(required(`${at}.secretRef`));
}

const INITIATORS: readonly (readonly [string, RegExp])[] = [
  ["iqn", /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/],
  ["eui", /^eui.[A-Za-z0-9]{16}$/],
  ["naa", /^naa.[A-Za-z0-9]{32}$/],
];

const STARTS = "must be valid format starting with iqn, eui, or naa";

/** @param starts what is said of a name of none of the formats */
export function checkInitiator(name: string, at: string, issues: Issues, starts = STARTS): void {
  const format = INITIATORS.find(([prefix]) => name.startsWith(prefix));
  if (format === undefined) issues.push(invalid(at, name, starts));
  else if (!format[1].test(name)) issues.push(invalid(at, name, "must be valid format"));
}
