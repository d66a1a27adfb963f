import type { Service } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import type { IpFamily } from "../../base/ip.ts";
import type { Random } from "../../base/random.ts";
import { invalid, type Issue } from "../../machinery/issue.ts";
import type { Mutable } from "../../machinery/object.ts";
import { internalError } from "../../machinery/status.ts";
import { Allocator, type Numbers, type OpenNumbers } from "./allocator.ts";
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
   * @param used what other services have. @param open what may be chosen of a range, and whether it is held
   * @returns why it cannot have what was chosen
   */
  give(
    spec: Mutable<Service>["spec"],
    old: readonly string[],
    used: ReadonlySet<string>,
    open: OpenNumbers,
  ): Issue | undefined {
    const ips = [...(spec.clusterIPs ?? [])];
    for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
      const pool = this.#pools.get(family as IpFamily);
      if (pool === undefined) continue;
      const { range } = pool;
      const numbers = open(pool.numbers, 0);
      const wanted = ips[index] ?? "";
      if (wanted === "") {
        const given = numbers.take(numbersOf(range, used));
        if (given === undefined) throw internalError(new Error("failed to allocate a serviceIP: range is full"));
        ips[index] = addressText(range, given);
      } else if (!old.includes(wanted)) {
        const why = refusal(range, numbers, wanted, used);
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

function refusal(range: Range, numbers: Numbers, wanted: string, used: ReadonlySet<string>): string | undefined {
  const number = numberOf(range, wanted);
  if (number === undefined || (number === 0 && range.family === "IPv6"))
    return "the provided network does not match the current range";
  const claimed = numbers.claim(number, numbersOf(range, used));
  if (claimed === "held") return undefined;
  if (claimed === "taken") return "provided IP is already allocated";
  // The first and the last address of a network of IPv4 stand in it, and are nobody's.
  return `the provided IP is not in the valid range. The range of valid IPs is ${range.text}`;
}
