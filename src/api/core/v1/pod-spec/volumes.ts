import { dnsLabel, dnsSubdomain } from "../../../../machinery/formats.ts";
import { duplicate, forbidden, invalid, required } from "../../../../machinery/issue.ts";
import type { TemplateMeta } from "../../../../machinery/object.ts";
import { isNegativeQuantity } from "../../../amounts.ts";
import { checkFormat, type Issues } from "../../../checks.ts";
import type { Volume } from "../../../generated/core-v1.ts";
import { checkClaimTemplate } from "../claim-spec.ts";
import type { Volumes } from "./mounts.ts";
import { CLOUD_SOURCES } from "./volume-sources-cloud.ts";
import { CONTENT_SOURCES } from "./volume-sources-content.ts";
import { LONG_PORTAL, NETWORK_SOURCES } from "./volume-sources-network.ts";

/** Checks one source of a volume; `at` ends in the source's name. */
export type SourceCheck<Name extends keyof Volume> = (
  source: NonNullable<Volume[Name]>,
  at: string,
  issues: Issues,
  volume: Volume,
) => void;

export type SourceChecks = { readonly [Name in keyof Volume]?: SourceCheck<Name> };

/** Checks the volumes of a pod. Gives those that are sound, which containers may mount. */
export function checkVolumes(
  volumes: readonly Volume[],
  metadata: TemplateMeta | undefined,
  at: string,
  issues: Issues,
): Volumes {
  const sound = new Map<string, Volume>();
  const podName = metadata?.name ?? "";
  const madeClaims =
    podName === ""
      ? []
      : volumes.filter(({ ephemeral }) => ephemeral !== undefined).map(({ name }) => `${podName}-${name}`);
  for (const [index, volume] of volumes.entries()) {
    const here = `${at}[${index}]`;
    const before = issues.length;
    checkSource(volume, metadata !== undefined, podName, here, issues);
    if (!volume.name) issues.push(required(`${here}.name`));
    else checkFormat(volume.name, `${here}.name`, dnsLabel, issues);
    if (sound.has(volume.name)) issues.push(duplicate(`${here}.name`, volume.name));
    if (issues.length === before) sound.set(volume.name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && madeClaims.includes(claim)) {
      const detail = "must not reference a PVC that gets created for an ephemeral volume";
      issues.push(invalid(`${here}.persistentVolumeClaim.claimName`, claim, detail));
    }
  }
  return sound;
}

/** The sources in the order in which Kubernetes looks at them, which decides what counts as one too many. */
const SOURCES: SourceChecks = { ...CONTENT_SOURCES, ...NETWORK_SOURCES, ...CLOUD_SOURCES };
const ORDER: readonly (keyof Volume)[] = [
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "flocker",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "quobyte",
  "downwardAPI",
  "fc",
  "flexVolume",
  "configMap",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "storageos",
  "projected",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
];

/** Kubernetes names some fields otherwise where it refuses them, and otherwise again within them. */
const REFUSED_AS: Readonly<Record<string, string>> = { cephfs: "cephFS", downwardAPI: "downwarAPI" };
const CHECKED_AS: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

function checkSource(volume: Volume, isPod: boolean, podName: string, at: string, issues: Issues): void {
  let found = false;
  if (volume.emptyDir !== undefined) {
    found = true;
    const { sizeLimit } = volume.emptyDir;
    if (sizeLimit !== undefined && isNegativeQuantity(sizeLimit)) {
      issues.push(forbidden(`${at}.emptyDir.sizeLimit`, "SizeLimit field must be a valid resource quantity"));
    }
  }
  for (const name of ORDER) {
    const source = volume[name];
    if (source === undefined) continue;
    if (found) {
      issues.push(forbidden(`${at}.${REFUSED_AS[name] ?? name}`, "may not specify more than 1 volume type"));
      continue;
    }
    found = true;
    const check = SOURCES[name] as SourceCheck<typeof name> | undefined;
    if (name === "ephemeral") checkEphemeral(volume, podName, at, issues);
    else {
      if (name === "image" && isPod && !volume.image?.reference) issues.push(required(`${at}.image.reference`));
      check?.(source, `${at}.${CHECKED_AS[name] ?? name}`, issues, volume);
    }
  }
  const { iscsi } = volume;
  if (iscsi?.initiatorName !== undefined && `${volume.name}:${iscsi.targetPortal}`.length > 64) {
    issues.push(invalid(`${at}.name`, volume.name, LONG_PORTAL));
  }
  if (!found) issues.push(required(at, "must specify a volume type"));
}

function checkEphemeral({ name, ephemeral }: Volume, podName: string, at: string, issues: Issues): void {
  const template = ephemeral!.volumeClaimTemplate;
  if (template === undefined) issues.push(required(`${at}.ephemeral.volumeClaimTemplate`));
  else checkClaimTemplate(template, `${at}.ephemeral.volumeClaimTemplate`, issues);
  if (podName === "" || !name) return;
  for (const problem of dnsSubdomain(`${podName}-${name}`)) {
    issues.push(invalid(`${at}.name`, name, `PVC name "${podName}-${name}": ${problem}`));
  }
}
