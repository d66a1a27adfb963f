import type { Environment } from "@marcbachmann/cel-js";

/** A semantic version: semver.org, 2.0.0. */
class Semver {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly prerelease: readonly string[];
  constructor(numbers: Semver["numbers"], prerelease: readonly string[]) {
    this.numbers = numbers;
    this.prerelease = prerelease;
  }
}

const TYPE = "kubernetes.Semver";

/** `semver("1.2.3")` and what can be asked of one. */
export function registerSemver(environment: Environment): void {
  const parse = (text: string, normalized: boolean) => {
    const version = semverOf(normalized ? normalize(text) : text);
    if (version === undefined) throw new TypeError(`Invalid character(s) found in version ${JSON.stringify(text)}`);
    return version;
  };
  environment
    .registerType(TYPE, Semver)
    .registerFunction(`semver(string): ${TYPE}`, (text: string) => parse(text, false))
    .registerFunction(`semver(string, bool): ${TYPE}`, parse)
    .registerFunction("isSemver(string): bool", (text: string) => semverOf(text) !== undefined)
    .registerFunction("isSemver(string, bool): bool", (text: string, normalized: boolean) => {
      return semverOf(normalized ? normalize(text) : text) !== undefined;
    })
    .registerFunction(`${TYPE}.compareTo(${TYPE}): int`, (left: Semver, right: Semver) => BigInt(compare(left, right)))
    .registerFunction(`${TYPE}.isGreaterThan(${TYPE}): bool`, (left: Semver, right: Semver) => compare(left, right) > 0)
    .registerFunction(`${TYPE}.isLessThan(${TYPE}): bool`, (left: Semver, right: Semver) => compare(left, right) < 0)
    .registerOperator(`${TYPE} == ${TYPE}`, (left: Semver, right: Semver) => compare(left, right) === 0);
  for (const [index, name] of ["major", "minor", "patch"].entries()) {
    environment.registerFunction(`${TYPE}.${name}(): int`, ({ numbers }: Semver) => numbers[index]);
  }
}

const NUMBER = "(0|[1-9]\\d*)";
const PART = "(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)";
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${PART}(?:\\.${PART})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

function semverOf(text: string): Semver | undefined {
  const found = VERSION.exec(text);
  if (found === null) return undefined;
  const [, major = "", minor = "", patch = "", prerelease] = found;
  return new Semver([BigInt(major), BigInt(minor), BigInt(patch)], prerelease?.split(".") ?? []);
}

/** `v1.2` → `1.2.0`, `01.1` → `1.1.0`. */
function normalize(text: string): string {
  const [, core = "", rest = ""] = /^v?([\d.]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split(".").map((part) => part.replace(/^0+(?=\d)/, ""));
  while (parts.length < 3) parts.push("0");
  return `${parts.join(".")}${rest}`;
}

function compare(left: Semver, right: Semver): number {
  for (const [index, number] of left.numbers.entries()) {
    const other = right.numbers[index]!;
    if (number !== other) return number < other ? -1 : 1;
  }
  // A version that is still to come is before the version itself.
  if (left.prerelease.length === 0 || right.prerelease.length === 0) {
    return Math.sign(right.prerelease.length - left.prerelease.length);
  }
  for (const [index, part] of left.prerelease.entries()) {
    const other = right.prerelease[index];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return left.prerelease.length < right.prerelease.length ? -1 : 0;
}

function comparePart(left: string, right: string): number {
  const [isNumber, isOther] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isNumber && isOther) return Math.sign(Number(left) - Number(right));
  if (isNumber !== isOther) return isNumber ? -1 : 1;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
