import test from "node:test";
import { type Cluster, startCluster, whyNoCluster } from "../cluster.ts";

/** One step of a story; the steps run in order on one cluster. */
export type Step = readonly [name: string, play: (cluster: Cluster) => Promise<void>];

const why = await whyNoCluster();

/** A story told to a cluster of its own, which is gone afterwards. */
export function story(name: string, images: readonly string[], steps: readonly Step[]): void {
  test(name, { skip: why ?? false }, async (t) => {
    await using cluster = await startCluster(images);
    for (const [step, play] of steps) await t.test(step, () => play(cluster));
  });
}

/** What `kubectl get` prints, by column. */
export function table(printed: string): readonly Readonly<Record<string, string>>[] {
  const [header = "", ...lines] = printed.trimEnd().split("\n");
  // A column's title may hold one blank, and so may a cell; the columns stand at least two apart.
  const starts = [...header.matchAll(/\S+(?: \S+)*/g)].map(({ index, 0: title }) => ({ index, title }));
  return lines.map((line) =>
    Object.fromEntries(
      starts.map(({ index, title }, at) => [title, line.slice(index, starts[at + 1]?.index).trim()] as const),
    ),
  );
}

/** The titles of the columns that `kubectl get` prints. */
export function columns(printed: string): readonly string[] {
  return [...printed.split("\n")[0]!.matchAll(/\S+(?: \S+)*/g)].map(([title]) => title);
}
