import type { PersistentVolumeSpec, Volume } from "../../generated/core-v1.ts";

/** Sources of volumes that Kubernetes has given up, by the field that bears them: how warnings spell it, and what they say. */
const OLD_SOURCES: Readonly<Partial<Record<keyof Volume | keyof PersistentVolumeSpec, readonly [string, string]>>> = {
  photonPersistentDisk: ["photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  gitRepo: ["gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  scaleIO: ["scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  flocker: ["flocker", "deprecated in v1.22, non-functional in v1.25+"],
  storageos: ["storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  quobyte: ["quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  glusterfs: ["glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  cephfs: ["cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  rbd: ["rbd", "deprecated in v1.28, non-functional in v1.31+"],
};

/** @param volume a pod's or a persistent one: it has one source. */
export function* oldSourceWarnings(volume: Volume | PersistentVolumeSpec, at: string): Iterable<string> {
  for (const [source, [shown, message]] of Object.entries(OLD_SOURCES)) {
    if (Object.hasOwn(volume, source)) yield `${at}.${shown}: ${message}`;
  }
}
