import type { Clock } from "../../base/clock.ts";
import { integerBelow, type Random } from "../../base/random.ts";

/** How long a number that was given out counts as taken without being seen in a stored object. */
const HELD_MS = 30_000;
const RANDOM_TRIES = 32;

/** Where numbers come from. */
export interface Numbers {
  readonly first: number;
  readonly last: number;
  take(used: ReadonlySet<number>): number | undefined;
  claim(number: number, used: ReadonlySet<number>): Claim;
}

export type Claim = "taken" | "out of range" | "held";

/**
 * The node ports of what is only tried out: nothing is held, and what is not chosen is the same each time, and beyond the
 * range, which Kubernetes does not look at here.
 */
export function portsToTry(real: Allocator): Numbers {
  const { first, last } = real;
  const tried: number[] = [];
  return {
    first,
    last,
    take() {
      const next = (tried.length === 0 ? PORT_BEFORE_TRIES : Math.max(...tried)) + 1;
      tried.push(next);
      return next;
    },
    claim(port, used) {
      if (tried.includes(port) || real.look(port, used) === "taken") return "taken";
      tried.push(port);
      return "held";
    },
  };
}

const PORT_BEFORE_TRIES = 32_768;

/** The addresses of what is only tried out: that of the network stands for any, and a taken one may be asked for. */
export function addressesToTry({ first, last }: Allocator): Numbers {
  const claim = (number: number) => (number < first || number > last ? "out of range" : "held");
  return { first, last, take: () => 0, claim };
}

/** The numbers of a range for what is to be stored: what is chosen of them is held, and free at once if it is given back. */
export function numbersToKeep(real: Allocator, reserved: DisposableStack): Numbers {
  const keep = (number: number) => reserved.defer(() => real.release(number));
  return {
    first: real.first,
    last: real.last,
    take(used) {
      const taken = real.take(used);
      if (taken !== undefined) keep(taken);
      return taken;
    },
    claim(number, used) {
      const claimed = real.claim(number, used);
      if (claimed === "held") keep(number);
      return claimed;
    },
  };
}

/**
 * Gives out numbers of a range that no stored object uses. It keeps no ledger: what is taken is what the objects say, so
 * nothing can leak and nothing needs repair; a number just given out is held until its object is written.
 */
export class Allocator implements Numbers {
  readonly first: number;
  readonly last: number;
  /** Numbers below are given out only once the ones above are used up: they are left to people who choose. */
  readonly #reservedUpTo: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #held = new Map<number, number>();

  constructor(first: number, last: number, clock: Clock, random: Random) {
    this.first = first;
    this.last = last;
    const size = last - first + 1;
    this.#reservedUpTo = first + bandOf(size);
    this.#clock = clock;
    this.#random = random;
  }

  /** A free number, held from now on; undefined when the range is full. */
  take(used: ReadonlySet<number>): number | undefined {
    const found =
      this.#find(used, this.#reservedUpTo, this.last) ?? this.#find(used, this.first, this.#reservedUpTo - 1);
    if (found !== undefined) this.#hold(found);
    return found;
  }

  /** Holds a number that somebody chose. */
  claim(number: number, used: ReadonlySet<number>): Claim {
    const claimed = this.look(number, used);
    if (claimed === "held") this.#hold(number);
    return claimed;
  }

  /** What claiming the number would come to. */
  look(number: number, used: ReadonlySet<number>): Claim {
    if (number < this.first || number > this.last) return "out of range";
    return this.#isFree(number, used) ? "held" : "taken";
  }

  /** A number whose write did not happen, or whose object is gone, is free at once. */
  release(number: number): void {
    this.#held.delete(number);
  }

  #find(used: ReadonlySet<number>, first: number, last: number): number | undefined {
    const size = last - first + 1;
    if (size <= 0) return undefined;
    for (let attempt = 0; attempt < RANDOM_TRIES; attempt++) {
      const number = first + integerBelow(this.#random, size);
      if (this.#isFree(number, used)) return number;
    }
    for (let number = first; number <= last; number++) if (this.#isFree(number, used)) return number;
    return undefined;
  }

  #isFree(number: number, used: ReadonlySet<number>): boolean {
    if (used.has(number)) return false;
    const until = this.#held.get(number);
    return until === undefined || until <= this.#clock.now();
  }

  #hold(number: number): void {
    this.#held.set(number, this.#clock.now() + HELD_MS);
  }
}

/** Kubernetes keeps a sixteenth of a range, 16 to 256 numbers, for those who choose their own. */
function bandOf(size: number): number {
  if (size < 16) return 0;
  return Math.min(Math.max(16, Math.floor(size / 16)), 256);
}
