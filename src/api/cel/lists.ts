import type { Environment } from "@marcbachmann/cel-js";
import { sameValue } from "./same-value.ts";

type Comparable = string | number | bigint;

/** Kubernetes' own functions over lists, and those of CEL's extension. */
export function registerLists(environment: Environment): void {
  for (const [signature, read] of Object.entries<(list: readonly Comparable[]) => unknown>({
    "list.isSorted(): bool": (list) => list.every((each, index) => index === 0 || list[index - 1]! <= each),
    "list.sum(): dyn": (list) => (typeof list[0] === "number" ? list.reduce(add, 0) : list.reduce(add, 0n)),
    "list.min(): dyn": (list) => nonEmpty(list, "min").reduce((least, each) => (each < least ? each : least)),
    "list.max(): dyn": (list) => nonEmpty(list, "max").reduce((most, each) => (each > most ? each : most)),
    "list.distinct(): list": (list) =>
      list.filter((each, index) => list.findIndex((other) => sameValue(each, other)) === index),
    "list.reverse(): list": (list) => list.toReversed(),
    "list.sort(): list": (list) => list.toSorted((left, right) => (left < right ? -1 : Number(left > right))),
    "list.flatten(): list": (list) => list.flat(),
  })) {
    environment.registerFunction(signature, read as never);
  }
  environment
    .registerFunction("list.indexOf(dyn): int", (list: readonly unknown[], value: unknown) =>
      BigInt(list.findIndex((each) => sameValue(each, value))),
    )
    .registerFunction("list.lastIndexOf(dyn): int", (list: readonly unknown[], value: unknown) =>
      BigInt(list.findLastIndex((each) => sameValue(each, value))),
    )
    .registerFunction("list.slice(int, int): list", (list: readonly unknown[], start: bigint, end: bigint) => {
      if (start < 0n || end < start || end > BigInt(list.length)) {
        throw new RangeError(`cannot slice(${start}, ${end}), list is length ${list.length}`);
      }
      return list.slice(Number(start), Number(end));
    });
}

function nonEmpty(list: readonly Comparable[], name: string): readonly Comparable[] {
  if (list.length === 0) throw new RangeError(`${name} called on empty list`);
  return list;
}

function add(sum: Comparable, each: Comparable): Comparable {
  return (sum as number) + (each as number);
}
