import type { Service } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import type { IpFamily } from "../../base/ip.ts";
import type { Random } from "../../base/random.ts";
import { invalid, type Issue } from "../../machinery/issue.ts";
import type { Mutable } from "../../machinery/object.ts";
import { internalError } from "../../machinery/status.ts";
import { addressesToTry, Allocator, type Numbers, numbersToKeep } from "./allocator.ts";
import { addressText, numberOf, parseRanges, type Range } from "./range.ts";

interface Pool {
  readonly range: Range;
  readonly numbers: Allocator;
}

/** The addresses of the cluster's networks for services, of each family its own. */
export class ClusterIps {
  /** Of which families there are some, the usual one first. */
  readonly families: readonly IpFamily[];
  readonly #pools: ReadonlyMap<IpFamily, Pool>;

  /** @param serviceCidr `10.96.0.0/16`, or with one of the other family after a comma. @param random of the first */
  constructor(serviceCidr: string, clock: Clock, random: Random) {
    const ranges = parseRanges(serviceCidr);
    this.families = ranges.map(({ family }) => family);
    this.#pools = new Map(
      ranges.map((range, index) => {
        const stream = random.stream(index === 0 ? "cluster-ips" : "secondary-cluster-ips");
        return [range.family, { range, numbers: new Allocator(range.first, range.last, clock, stream) }];
      }),
    );
  }

  /** What a service no longer has is free from that moment on. */
  release(texts: readonly string[]): void {
    for (const text of texts) {
      for (const { range, numbers } of this.#pools.values()) {
        const number = numberOf(range, text);
        if (number !== undefined) numbers.release(number);
      }
    }
  }

  /**
   * Gives a service an address of each of its families, or claims those that somebody chose for it.
   * @param held how many of its addresses it has already. @param used what other services have
   * @param reserved what holds what it gets until it is stored; without, it is only tried out
   * @returns why it cannot have what was chosen
   */
  give(
    spec: Mutable<Service>["spec"],
    held: number,
    used: ReadonlySet<string>,
    reserved: DisposableStack | undefined,
  ): Issue | undefined {
    const ips = [...(spec.clusterIPs ?? [])];
    for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
      const pool = this.#pools.get(family as IpFamily);
      if (pool === undefined || index < held) continue;
      const { range } = pool;
      const isTried = reserved === undefined;
      const numbers = isTried ? addressesToTry(pool.numbers) : numbersToKeep(pool.numbers, reserved);
      const wanted = ips[index] ?? "";
      if (wanted === "") {
        const given = numbers.take(numbersOf(range, used));
        if (given === undefined) throw internalError(new Error("failed to allocate a serviceIP: range is full"));
        ips[index] = addressText(range, given);
      } else {
        const why = refusal(range, numbers, wanted, used, isTried);
        if (why !== undefined)
          return invalid("spec.clusterIPs", spec.clusterIPs, `failed to allocate IP ${wanted}: ${why}`);
      }
    }
    if (ips.length === 0) return undefined;
    spec.clusterIPs = ips;
    spec.clusterIP = ips[0]!;
    return undefined;
  }
}

function numbersOf(range: Range, texts: ReadonlySet<string>): ReadonlySet<number> {
  return new Set([...texts].flatMap((text) => numberOf(range, text) ?? []));
}

function refusal(
  range: Range,
  numbers: Numbers,
  wanted: string,
  used: ReadonlySet<string>,
  isTried: boolean,
): string | undefined {
  const number = numberOf(range, wanted);
  const claimed = number === undefined ? "out of range" : numbers.claim(number, numbersOf(range, used));
  if (claimed === "held") return undefined;
  if (claimed === "taken") return "provided IP is already allocated";
  return isTried
    ? `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${range.text}`
    : "the provided network does not match the current range";
}
