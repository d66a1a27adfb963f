import { Environment } from "@marcbachmann/cel-js";
import type { Json } from "../machinery/json.ts";

/** The Common Expression Language with what Kubernetes adds to it. Whoever uses it registers its own variables. */
export function celEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true });
  for (const [signature, read] of Object.entries<(list: readonly Comparable[]) => unknown>({
    "list.isSorted(): bool": (list) => list.every((each, index) => index === 0 || list[index - 1]! <= each),
    "list.sum(): dyn": (list) => (typeof list[0] === "number" ? list.reduce(add, 0) : list.reduce(add, 0n)),
    "list.min(): dyn": (list) => list.reduce((least, each) => (each < least ? each : least)),
    "list.max(): dyn": (list) => list.reduce((most, each) => (each > most ? each : most)),
  })) {
    environment.registerFunction(signature, read as never);
  }
  environment.registerFunction("string.find(string): string", (text: string, pattern: string) => {
    return new RegExp(pattern, "u").exec(text)?.[0] ?? "";
  });
  environment.registerFunction("string.findAll(string): list", (text: string, pattern: string) => {
    return Array.from(text.matchAll(new RegExp(pattern, "gu")), ([found]) => found);
  });
  return environment;
}

/** A value without a schema, as expressions see it: whole numbers are integers. */
export function celOf(value: Json | undefined): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return (value as readonly Json[]).map(celOf);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, celOf(member)]));
}

type Comparable = string | number | bigint;

function add(sum: Comparable, each: Comparable): Comparable {
  return (sum as number) + (each as number);
}
