/** Steps of a cluster's size. They overlap, so that a size at an edge does not go to and fro. */
const STEPS = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1_000, seconds: 30 },
  { least: 900, most: 2_000, seconds: 60 },
  { least: 1_800, most: Infinity, seconds: 300 },
] as const;

/**
 * For how long kubelets may keep what they have read of Secrets and ConfigMaps: the larger the cluster, the longer.
 * @param before the seconds so far
 */
export function keptSeconds(nodes: number, before: number): number {
  let step = Math.max(
    STEPS.findIndex(({ seconds }) => seconds === before),
    0,
  );
  while (nodes > STEPS[step]!.most) step += 1;
  while (nodes < STEPS[step]!.least) step -= 1;
  return STEPS[step]!.seconds;
}
