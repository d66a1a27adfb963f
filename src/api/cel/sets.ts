import type { Environment } from "@marcbachmann/cel-js";
import { sameValue } from "./same-value.ts";

type List = readonly unknown[];

class Sets {}

/** `sets.contains`, `sets.equivalent`, `sets.intersects`: lists, each value of which counts once. */
export function registerSets(environment: Environment): void {
  environment
    .registerType("Sets", Sets)
    .registerConstant("sets", "Sets", new Sets())
    .registerFunction("Sets.contains(list, list): bool", (_sets: Sets, all: List, some: List) => contains(all, some))
    .registerFunction(
      "Sets.equivalent(list, list): bool",
      (_sets: Sets, left: List, right: List) => contains(left, right) && contains(right, left),
    )
    .registerFunction("Sets.intersects(list, list): bool", (_sets: Sets, left: List, right: List) =>
      left.some((each) => right.some((other) => sameValue(each, other))),
    );
}

function contains(all: List, some: List): boolean {
  return some.every((wanted) => all.some((each) => sameValue(each, wanted)));
}
