import { base64ToBytes } from "../../machinery/base64.ts";
import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Pod, Secret } from "../../api/generated/core-v1.ts";
import type { DownwardFacts } from "../containers/downward.ts";
import { fieldValue, resourceValue } from "../containers/downward.ts";
import { findContainer } from "../containers/names.ts";
import { formatMicroTime } from "../../machinery/time.ts";
import type { ProjectedFile } from "./atomic-writer.ts";
import { writeAtomically } from "./atomic-writer.ts";
import { giveToGroup } from "./ownership.ts";
import type { FoundVolume, VolumeContext } from "./plugin.ts";

export type Files = Map<string, ProjectedFile>;

/** @throws Error for a key that is asked for and missing. */
export function configMapFiles(
  configMap: ConfigMap | undefined,
  items: readonly KeyToPath[] | undefined,
  defaultMode: number,
  optional: boolean,
): Files {
  const encoder = new TextEncoder();
  const data = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(configMap?.data ?? {})) data.set(key, encoder.encode(text));
  for (const [key, text] of Object.entries(configMap?.binaryData ?? {})) data.set(key, base64ToBytes(text));
  return selected(data, items, defaultMode, optional, "configmap references non-existent config key");
}

/** @throws Error for a key that is asked for and missing. */
export function secretFiles(
  secret: Secret | undefined,
  items: readonly KeyToPath[] | undefined,
  defaultMode: number,
  optional: boolean,
): Files {
  const data = new Map(Object.entries(secret?.data ?? {}).map(([key, text]) => [key, base64ToBytes(text)]));
  return selected(data, items, defaultMode, optional, "references non-existent secret key");
}

export function downwardFiles(
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[] | undefined,
  defaultMode: number,
  facts: DownwardFacts,
): Files {
  const encoder = new TextEncoder();
  return new Map(
    (items ?? []).map(({ path, fieldRef, resourceFieldRef, mode }) => {
      let text = "";
      if (fieldRef !== undefined) text = fieldValue(pod, fieldRef, facts);
      else if (resourceFieldRef !== undefined) {
        const container = findContainer(pod, resourceFieldRef.containerName ?? "")?.spec;
        if (container === undefined) throw new Error(`container ${resourceFieldRef.containerName} not found`);
        text = resourceValue(resourceFieldRef, container, facts.allocatable);
      }
      return [path, { bytes: encoder.encode(text), mode: mode ?? defaultMode }];
    }),
  );
}

/** A volume of these files. @param refreshAtMs when they expire */
export function projection(
  { disk, directory, pod, nowMs }: VolumeContext,
  files: Files,
  refreshAtMs = Infinity,
): FoundVolume {
  return async () => {
    await disk.makeDirectory(directory, 0o777);
    const group = pod.spec.securityContext?.fsGroup;
    const stamp = formatMicroTime(nowMs).replace("Z", "").replaceAll(/[-:T]/g, "_");
    await writeAtomically(disk, directory, files, stamp, () => giveToGroup(disk, directory, group, true));
    return { hostPath: directory, readOnly: true, ...(refreshAtMs === Infinity ? {} : { refreshAtMs }) };
  };
}

function selected(
  data: ReadonlyMap<string, Uint8Array>,
  items: readonly KeyToPath[] | undefined,
  defaultMode: number,
  optional: boolean,
  missing: string,
): Files {
  if (items === undefined || items.length === 0) {
    return new Map([...data].map(([key, bytes]) => [key, { bytes, mode: defaultMode }]));
  }
  const files: Files = new Map();
  for (const { key, path, mode } of items) {
    const bytes = data.get(key);
    if (bytes === undefined && !optional) throw new Error(`${missing}: ${key}`);
    if (bytes !== undefined) files.set(path, { bytes, mode: mode ?? defaultMode });
  }
  return files;
}
