/** Kubernetes prefers what is stable to beta to alpha, then the newer; other names come last, by the alphabet. */
export function versionOrder(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined) {
    return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0) || (a < b ? -1 : 1);
  }
  return right.stage - left.stage || right.major - left.major || right.minor - left.minor;
}

const STAGES = ["alpha", "beta", ""];

function parseVersion(version: string) {
  const parts = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (parts === null) return undefined;
  return { major: Number(parts[1]), stage: STAGES.indexOf(parts[2] ?? ""), minor: Number(parts[3] ?? 0) };
}
