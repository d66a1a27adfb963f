import { dnsSubdomain } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { forbidden, invalid, notSupported, required } from "../../../machinery/issue.ts";
import { parseQuantity, quantityAsNumber } from "../../../machinery/quantity.ts";
import { checkPositiveQuantity, isNegativeQuantity } from "../../amounts.ts";
import { checkFormat, checkOneOf, checkOptionalOneOf, type Issues } from "../../checks.ts";
import type { PersistentVolumeSpec } from "../../generated/core-v1.ts";
import { checkModes, VOLUME_MODES } from "./claim-spec.ts";
import { checkNodeSelector } from "./node-selector.ts";
import { checkVolumeSource, VOLUME_SOURCES } from "./persistent-volume-sources.ts";

const RECLAIM_POLICIES = ["Delete", "Recycle", "Retain"];

/** @param name of the volume */
export function checkVolumeSpec(spec: PersistentVolumeSpec, name: string, issues: Issues): void {
  checkAccess(spec, "spec", issues);
  checkCapacity(spec, "spec.capacity", issues);
  if (spec.persistentVolumeReclaimPolicy) {
    checkOneOf(spec.persistentVolumeReclaimPolicy, "spec.persistentVolumeReclaimPolicy", RECLAIM_POLICIES, issues);
  }
  checkAffinity(spec.nodeAffinity, "spec.nodeAffinity.required", issues);
  checkSources(spec, { at: "spec", name, hasAffinity: spec.nodeAffinity !== undefined }, issues);
  if (spec.storageClassName) checkFormat(spec.storageClassName, "spec.storageClassName", dnsSubdomain, issues);
  checkOptionalOneOf(spec.volumeMode, "spec.volumeMode", VOLUME_MODES, issues);
  checkAttributesClass(spec, issues);
}

const INLINE = "in the context of inline volumes";

/** A volume that stands in an attachment, and nowhere else: its source comes from a driver, and it is nobody's. */
export function checkInlineVolumeSpec(spec: PersistentVolumeSpec, at: string, issues: Issues): void {
  const isNone = `may not be specified ${INLINE}`;
  if (spec.claimRef !== undefined) issues.push(forbidden(`${at}.claimRef`, isNone));
  if (Object.keys(spec.capacity ?? {}).length > 0) issues.push(forbidden(`${at}.capacity`, isNone));
  if (spec.csi === undefined) issues.push(required(`${at}.csi`, `has to be specified ${INLINE}`));
  checkAccess(spec, at, issues);
  if (spec.persistentVolumeReclaimPolicy && spec.persistentVolumeReclaimPolicy !== "Retain") {
    issues.push(forbidden(`${at}.persistentVolumeReclaimPolicy`, `may only be Retain ${INLINE}`));
  }
  if (spec.nodeAffinity !== undefined) issues.push(forbidden(`${at}.nodeAffinity`, isNone));
  checkSources(spec, { at, name: "", hasAffinity: false }, issues);
  if (spec.storageClassName) issues.push(forbidden(`${at}.storageClassName`, isNone));
  if (spec.volumeMode !== undefined && spec.volumeMode !== "Filesystem") {
    issues.push(forbidden(`${at}.volumeMode`, `may not specify volumeMode other than Filesystem ${INLINE}`));
  }
}

function checkAccess({ accessModes = [] }: PersistentVolumeSpec, at: string, issues: Issues): void {
  if (accessModes.length === 0) issues.push(required(`${at}.accessModes`));
  checkModes(accessModes, `${at}.accessModes`, issues);
}

function checkCapacity(spec: PersistentVolumeSpec, at: string, issues: Issues): void {
  const { capacity = {} } = spec;
  const names = Object.keys(capacity);
  if (names.length === 0) issues.push(required(at));
  if (names.length !== 1 || names[0] !== "storage") {
    issues.push(notSupported(at, names.length === 0 ? (givenEmpty(spec, "capacity") ?? null) : capacity, ["storage"]));
  }
  for (const name of names) {
    const amount = capacity[name]!;
    const here = `${at}[${name}]`;
    if (isNegativeQuantity(amount)) {
      issues.push(invalid(here, quantityAsNumber(parseQuantity(amount)), "must be a valid resource quantity"));
    }
    checkPositiveQuantity(amount, here, issues);
  }
}

function checkAffinity(affinity: PersistentVolumeSpec["nodeAffinity"], at: string, issues: Issues): void {
  if (affinity === undefined) return;
  if (affinity.required === undefined) issues.push(required(at, "must specify required node constraints"));
  else checkNodeSelector(affinity.required, at, issues);
}

/** Kubernetes names some sources otherwise where it refuses them, and otherwise again within them. */
const REFUSED_AS: Readonly<Record<string, string>> = { cephfs: "cephFS" };
const CHECKED_AS: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

interface Where {
  readonly at: string;
  /** The volume's. */
  readonly name: string;
  readonly hasAffinity: boolean;
}

function checkSources(spec: PersistentVolumeSpec, { at, name, hasAffinity }: Where, issues: Issues): void {
  let found = false;
  for (const source of VOLUME_SOURCES) {
    if (spec[source] === undefined) continue;
    // A flexible volume may be one too many.
    if (found && source !== "flexVolume") {
      issues.push(forbidden(`${at}.${REFUSED_AS[source] ?? source}`, "may not specify more than 1 volume type"));
      continue;
    }
    found = true;
    checkVolumeSource(source, spec, name, `${at}.${CHECKED_AS[source] ?? source}`, issues);
    if (source === "local" && !hasAffinity) {
      issues.push(required(`${at}.nodeAffinity`, "Local volume requires node affinity"));
    }
  }
  if (!found) issues.push(required(at, "must specify a volume type"));
  const isRecycled = spec.persistentVolumeReclaimPolicy === "Recycle";
  if (isRecycled && spec.hostPath !== undefined && isRoot(spec.hostPath.path)) {
    const why = "may not be 'recycle' for a hostPath mount of '/'";
    issues.push(forbidden(`${at}.persistentVolumeReclaimPolicy`, why));
  }
}

function isRoot(path: string): boolean {
  const depth = path.split("/").reduce((above, part) => {
    if (part === "..") return Math.max(0, above - 1);
    return part === "" || part === "." ? above : above + 1;
  }, 0);
  return path.startsWith("/") && depth === 0;
}

function checkAttributesClass({ volumeAttributesClassName, csi }: PersistentVolumeSpec, issues: Issues): void {
  if (volumeAttributesClassName === undefined) return;
  const at = "spec.volumeAttributesClassName";
  if (volumeAttributesClassName === "") issues.push(required(at, "an empty string is disallowed"));
  else checkFormat(volumeAttributesClassName, at, dnsSubdomain, issues);
  if (csi === undefined) issues.push(required("spec.csi", "has to be specified when using volumeAttributesClassName"));
}
