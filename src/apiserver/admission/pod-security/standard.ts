/** How much a pod may ask of its node, from everything to what no pod needs to go beyond. */
export type Level = "privileged" | "baseline" | "restricted";

/** As which release of Kubernetes understood a level; later releases than ours are as ours. */
export type Version = "latest" | `v1.${string}`;

/** A Pod Security Standard: a level as one release understood it. */
export interface Standard {
  readonly level: Level;
  readonly version: Version;
}

/** From the mildest to the strictest. */
export const LEVELS: readonly Level[] = ["privileged", "baseline", "restricted"];

export function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

export function isStricter(one: Level, other: Level): boolean {
  return LEVELS.indexOf(one) > LEVELS.indexOf(other);
}

export function isVersion(text: string): text is Version {
  if (text === "latest") return true;
  const minor = /^v1\.(0|[1-9][0-9]*)$/.exec(text)?.[1];
  return minor !== undefined && BigInt(minor) <= GREATEST_MINOR;
}

/** Go's `int`. */
const GREATEST_MINOR = 2n ** 63n - 1n;

export function minorOf(version: Version): number {
  return version === "latest" ? Infinity : Number(version.slice("v1.".length));
}

/** `restricted:latest`, as it stands in refusals and warnings. */
export function standardText({ level, version }: Standard): string {
  return `${level}:${version}`;
}
