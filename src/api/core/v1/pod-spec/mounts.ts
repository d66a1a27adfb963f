import { forbidden, invalid, notFound, required } from "../../../../machinery/issue.ts";
import { checkOneOf, type Issues } from "../../../checks.ts";
import type { Container, Volume, VolumeDevice, VolumeMount } from "../../../generated/core-v1.ts";
import { checkDescendingPath, hasBacksteps } from "./paths.ts";

/** The volumes of a pod that are sound themselves, by name. */
export type Volumes = ReadonlyMap<string, Volume>;

const PROPAGATIONS = ["Bidirectional", "HostToContainer", "None"];
const RECURSIVE_READ_ONLY = ["Disabled", "Enabled", "IfPossible"];

export function checkMounts(container: Container, volumes: Volumes, at: string, issues: Issues): void {
  const mounts = container.volumeMounts ?? [];
  if (mounts.length === 0) return;
  const devices = new Map((container.volumeDevices ?? []).map(({ name, devicePath }) => [name, devicePath]));
  const devicePaths = new Set(devices.values());
  const paths = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const here = `${at}[${index}]`;
    const { name, mountPath, subPath = "", subPathExpr = "" } = mount;
    if (!name) issues.push(required(`${here}.name`));
    if (!volumes.has(name)) issues.push(notFound(`${here}.name`, name));
    if (!mountPath) issues.push(required(`${here}.mountPath`));
    if (paths.has(mountPath)) issues.push(invalid(`${here}.mountPath`, mountPath, "must be unique"));
    paths.add(mountPath);
    if (devices.has(name)) issues.push(invalid(`${here}.name`, name, "must not already exist in volumeDevices"));
    if (devicePaths.has(mountPath)) {
      issues.push(invalid(`${here}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"));
    }
    if (subPath !== "") checkDescendingPath(subPath, `${at}.subPath`, issues);
    if (subPathExpr !== "") {
      if (subPath !== "") {
        issues.push(invalid(`${here}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive"));
      }
      checkDescendingPath(subPathExpr, `${at}.subPathExpr`, issues);
    }
    checkPropagation(mount, container, `${at}.mountPropagation`, issues);
    checkRecursiveReadOnly(mount, `${at}.recursiveReadOnly`, issues);
  }
}

export function checkDevices(container: Container, volumes: Volumes, at: string, issues: Issues): void {
  const devices: readonly VolumeDevice[] = container.volumeDevices ?? [];
  if (devices.length === 0) return;
  const mounts = new Map((container.volumeMounts ?? []).map(({ name, mountPath }) => [name, mountPath]));
  const mountPaths = new Set(mounts.values());
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name, devicePath }] of devices.entries()) {
    const here = `${at}[${index}]`;
    const volume = volumes.get(name);
    if (!name) issues.push(required(`${here}.name`));
    if (names.has(name)) issues.push(invalid(`${here}.name`, name, "must be unique"));
    if (volume === undefined) issues.push(notFound(`${here}.name`, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
      issues.push(invalid(`${here}.name`, name, detail));
    }
    if (!devicePath) issues.push(required(`${here}.devicePath`));
    if (paths.has(devicePath)) issues.push(invalid(`${here}.devicePath`, devicePath, "must be unique"));
    if (hasBacksteps(devicePath)) {
      issues.push(invalid(`${here}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    } else paths.add(devicePath);
    if (mounts.has(name)) issues.push(invalid(`${here}.name`, name, "must not already exist in volumeMounts"));
    if (mountPaths.has(devicePath)) {
      issues.push(invalid(`${here}.devicePath`, devicePath, "must not already exist as a path in volumeMounts"));
    }
    if (name) names.add(name);
  }
}

function checkPropagation(mount: VolumeMount, container: Container, at: string, issues: Issues): void {
  if (mount.mountPropagation === undefined) return;
  checkOneOf(mount.mountPropagation, at, PROPAGATIONS, issues);
  if (mount.mountPropagation === "Bidirectional" && container.securityContext?.privileged !== true) {
    issues.push(forbidden(at, "Bidirectional mount propagation is available only to privileged containers"));
  }
}

function checkRecursiveReadOnly(mount: VolumeMount, at: string, issues: Issues): void {
  const { recursiveReadOnly } = mount;
  if (recursiveReadOnly === undefined) return;
  if (!checkOneOf(recursiveReadOnly, at, RECURSIVE_READ_ONLY, issues) || recursiveReadOnly === "Disabled") return;
  if (mount.readOnly !== true) issues.push(forbidden(at, "may only be specified when readOnly is true"));
  if ((mount.mountPropagation ?? "None") !== "None") {
    issues.push(forbidden(at, "may only be specified when mountPropagation is None or not specified"));
  }
}
