import { quoted } from "../../../../machinery/issue.ts";
import type { Volume, VolumeProjection } from "../../../generated/core-v1.ts";
import { claimSpecWarnings } from "../claim-warnings.ts";
import { oldSourceWarnings } from "../old-volumes.ts";

export function* volumeWarnings(volume: Volume, at: string): Iterable<string> {
  yield* oldSourceWarnings(volume, at);
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (template !== undefined) yield* claimSpecWarnings(template.spec, `${at}.ephemeral.volumeClaimTemplate.spec`);
}

/** A file of a volume, and what of a projected volume it comes from. */
interface File {
  readonly path: string;
  readonly source: string;
}

/** Of files of one volume of which one is another, or lies in it. */
export function* overlapWarnings({ name, configMap, secret, downwardAPI, projected }: Volume): Iterable<string> {
  const sources: readonly (readonly [shown: string, items: Items | undefined])[] = [
    [`ConfigMap ${quoted(configMap?.name ?? "")}`, configMap?.items],
    [`Secret ${quoted(secret?.secretName ?? "")}`, secret?.items],
    ["DownwardAPI", downwardAPI?.items],
  ];
  for (const [shown, items = []] of sources) yield* overlaps(name, shown, filesOf(items, ""), []);
  const seen: File[] = [];
  for (const source of projected?.sources ?? []) {
    if (Object.keys(source).length === 0) yield `volume ${quoted(name)} (Projected) has no sources provided`;
    yield* overlaps(name, "Projected", projectedFiles(source), seen);
  }
}

type Items = readonly { readonly path: string }[];

function filesOf(items: Items, source: string): readonly File[] {
  return items.map(({ path }) => ({ path: path.replace(/\/+$/, ""), source }));
}

function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): readonly File[] {
  if (configMap?.items !== undefined) return filesOf(configMap.items, `ConfigMap ${quoted(configMap.name ?? "")}`);
  if (secret?.items !== undefined) return filesOf(secret.items, `Secret ${quoted(secret.name ?? "")}`);
  if (downwardAPI?.items !== undefined) return filesOf(downwardAPI.items, "DownwardAPI");
  return serviceAccountToken === undefined ? [] : filesOf([serviceAccountToken], "ServiceAccountToken");
}

/** @param seen the volume's files so far, to which these are added */
function* overlaps(name: string, shown: string, files: readonly File[], seen: File[]): Iterable<string> {
  for (const file of files) {
    for (const other of seen) {
      if (!overlap(file, other)) continue;
      yield `volume ${quoted(name)} (${shown}): overlapping paths: ${fileText(file)} with ${fileText(other)}`;
    }
    seen.push(file);
  }
}

function overlap({ path }: File, { path: other }: File): boolean {
  if (path === "" || other === "") return false;
  return `${other}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${other}/`);
}

function fileText({ path, source }: File): string {
  return source === "" ? quoted(path) : `${quoted(path)} (${source})`;
}
