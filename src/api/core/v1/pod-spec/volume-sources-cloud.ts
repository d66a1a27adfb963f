import { dnsLabel } from "../../../../machinery/formats.ts";
import { notSupported, required } from "../../../../machinery/issue.ts";
import { checkFormat, checkOptionalOneOf, checkRange, checkRequired, checkRequiredFormat } from "../../../checks.ts";
import type { SourceChecks } from "./volumes.ts";

const CACHING_MODES = ["None", "ReadOnly", "ReadWrite"];
const DISK_KINDS = ["Dedicated", "Managed", "Shared"];
const MANAGED_URI = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const BLOB_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";

/** Volumes of clouds and of storage products. */
export const CLOUD_SOURCES: SourceChecks = {
  gcePersistentDisk({ pdName, partition = 0 }, at, issues) {
    checkRequired(pdName, `${at}.pdName`, issues);
    if (partition !== 0) checkRange(partition, `${at}.partition`, 1, 255, issues);
  },
  awsElasticBlockStore({ volumeID, partition = 0 }, at, issues) {
    checkRequired(volumeID, `${at}.volumeID`, issues);
    if (partition !== 0) checkRange(partition, `${at}.partition`, 1, 255, issues);
  },
  cinder({ volumeID, secretRef }, at, issues) {
    checkRequired(volumeID, `${at}.volumeID`, issues);
    if (secretRef !== undefined) checkRequired(secretRef.name, `${at}.secretRef.name`, issues);
  },
  azureFile({ secretName, shareName }, at, issues) {
    checkRequired(secretName, `${at}.secretName`, issues);
    checkRequired(shareName, `${at}.shareName`, issues);
  },
  vsphereVolume: ({ volumePath }, at, issues) => void checkRequired(volumePath, `${at}.volumePath`, issues),
  photonPersistentDisk: ({ pdID }, at, issues) => void checkRequired(pdID, `${at}.pdID`, issues),
  portworxVolume: ({ volumeID }, at, issues) => void checkRequired(volumeID, `${at}.volumeID`, issues),
  azureDisk({ diskName, diskURI, cachingMode, kind }, at, issues) {
    checkRequired(diskName, `${at}.diskName`, issues);
    checkRequired(diskURI, `${at}.diskURI`, issues);
    checkOptionalOneOf(cachingMode, `${at}.cachingMode`, CACHING_MODES, issues);
    checkOptionalOneOf(kind, `${at}.kind`, DISK_KINDS, issues);
    if (kind === "Managed" && !diskURI.startsWith("/subscriptions/")) {
      issues.push(notSupported(`${at}.diskURI`, diskURI, [MANAGED_URI]));
    }
    if (kind !== undefined && kind !== "Managed" && !diskURI.startsWith("https://")) {
      issues.push(notSupported(`${at}.diskURI`, diskURI, [BLOB_URI]));
    }
  },
  storageos({ volumeName, volumeNamespace, secretRef }, at, issues) {
    checkRequiredFormat(volumeName, `${at}.volumeName`, dnsLabel, issues);
    if (volumeNamespace) checkFormat(volumeNamespace, `${at}.volumeNamespace`, dnsLabel, issues);
    if (secretRef !== undefined && !secretRef.name) issues.push(required(`${at}.secretRef.name`));
  },
  scaleIO({ gateway, system, volumeName }, at, issues) {
    checkRequired(gateway, `${at}.gateway`, issues);
    checkRequired(system, `${at}.system`, issues);
    checkRequired(volumeName, `${at}.volumeName`, issues);
  },
};
