import { dnsLabel, dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid, required } from "../../../machinery/issue.ts";
import { checkFormat, checkRequired, checkRequiredFormat, type Issues } from "../../checks.ts";
import type { PersistentVolumeSpec, SecretReference, Volume } from "../../generated/core-v1.ts";
import { checkNoBacksteps } from "./pod-spec/paths.ts";
import { CLOUD_SOURCES } from "./pod-spec/volume-sources-cloud.ts";
import { checkCsiDriver, CONTENT_SOURCES } from "./pod-spec/volume-sources-content.ts";
import { checkInitiator, checkIscsiAccess, LONG_PORTAL, NETWORK_SOURCES } from "./pod-spec/volume-sources-network.ts";

/** The sources in the order in which Kubernetes looks at them, which decides what counts as one too many. */
export const VOLUME_SOURCES = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "flocker",
  "nfs",
  "rbd",
  "quobyte",
  "cephfs",
  "iscsi",
  "cinder",
  "fc",
  "flexVolume",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "scaleIO",
  "local",
  "storageos",
  "csi",
] as const satisfies readonly (keyof PersistentVolumeSpec)[];

export type VolumeSourceName = (typeof VOLUME_SOURCES)[number];

type Checks = {
  readonly [Name in VolumeSourceName]?: (
    source: NonNullable<PersistentVolumeSpec[Name]>,
    at: string,
    issues: Issues,
    volume: Pick<Volume, "name">,
  ) => void;
};

/** Checks one source; `at` ends in its name. @param name of the volume */
export function checkVolumeSource(
  source: VolumeSourceName,
  spec: PersistentVolumeSpec,
  name: string,
  at: string,
  issues: Issues,
): void {
  const check = SOURCES[source] as ((...given: unknown[]) => void) | undefined;
  check?.(spec[source], at, issues, { name });
}

const VALID = "must be valid format";

/** Sources that differ from those of pods: nobody is in the volume's namespace, so that secrets are named with theirs. */
const OWN: Checks = {
  glusterfs({ endpoints, path, endpointsNamespace }, at, issues) {
    checkRequired(endpoints, `${at}.endpoints`, issues);
    checkRequired(path, `${at}.path`, issues);
    if (endpointsNamespace === undefined) return;
    const namespaceAt = `${at}.endpointsNamespace`;
    if (endpointsNamespace !== "") checkFormat(endpointsNamespace, namespaceAt, dnsLabel, issues);
    else issues.push(invalid(namespaceAt, "", "if the endpointnamespace is set, it must be a valid namespace name"));
  },
  iscsi(source, at, issues, { name }) {
    const { targetPortal, iqn, initiatorName, secretRef } = source;
    checkRequired(targetPortal, `${at}.targetPortal`, issues);
    if (initiatorName !== undefined && `${name}:${targetPortal}`.length > 64) {
      issues.push(invalid(`${at}.targetportal`, targetPortal, LONG_PORTAL));
    }
    if (!iqn) issues.push(required(`${at}.iqn`));
    else checkInitiator(iqn, `${at}.iqn`, issues, VALID);
    checkIscsiAccess(source, at, issues);
    if (secretRef !== undefined) checkRequired(secretRef.name, `${at}.secretRef.name`, issues);
    if (initiatorName !== undefined) checkInitiator(initiatorName, `${at}.initiatorname`, issues, VALID);
  },
  cinder({ volumeID, secretRef }, at, issues) {
    checkRequired(volumeID, `${at}.volumeID`, issues);
    if (secretRef !== undefined) checkNamed(secretRef, `${at}.secretRef`, issues);
  },
  azureFile({ secretName, shareName, secretNamespace }, at, issues) {
    checkRequired(secretName, `${at}.secretName`, issues);
    checkRequired(shareName, `${at}.shareName`, issues);
    if (secretNamespace === "") issues.push(required(`${at}.secretNamespace`));
  },
  local({ path }, at, issues) {
    if (!path) issues.push(required(`${at}.path`));
    else checkNoBacksteps(path, `${at}.path`, issues);
  },
  storageos({ volumeName, volumeNamespace, secretRef }, at, issues) {
    checkRequiredFormat(volumeName, `${at}.volumeName`, dnsLabel, issues);
    if (volumeNamespace) checkFormat(volumeNamespace, `${at}.volumeNamespace`, dnsLabel, issues);
    if (secretRef !== undefined) checkNamed(secretRef, `${at}.secretRef`, issues);
  },
  csi(source, at, issues) {
    checkCsiDriver(source.driver, `${at}.driver`, issues);
    checkRequired(source.volumeHandle, `${at}.volumeHandle`, issues);
    for (const name of CSI_SECRETS) {
      const secret = source[name];
      if (secret === undefined) continue;
      checkRequiredFormat(secret.name, `${at}.${name}.name`, dnsSubdomain, issues);
      checkRequiredFormat(secret.namespace, `${at}.${name}.namespace`, dnsLabel, issues);
    }
  },
};

const SOURCES: Checks = { ...CONTENT_SOURCES, ...NETWORK_SOURCES, ...CLOUD_SOURCES, ...OWN } as Checks;

const CSI_SECRETS = [
  "controllerPublishSecretRef",
  "controllerExpandSecretRef",
  "nodePublishSecretRef",
  "nodeExpandSecretRef",
] as const;

function checkNamed({ name, namespace }: SecretReference, at: string, issues: Issues): void {
  checkRequired(name, `${at}.name`, issues);
  checkRequired(namespace, `${at}.namespace`, issues);
}
