import { jsonText } from "../../machinery/exact-json.ts";
import { invalid, type Issue } from "../../machinery/issue.ts";
import type { JsonObject } from "../../machinery/json.ts";
import type { CustomResourceSubresourceScale } from "../generated/apiextensions-v1.ts";

const LARGEST = 2 ** 31 - 1;

/** What is wrong with the figures that `scale` reads. @param part whether those of the status alone are looked at */
export function* checkScale(
  object: JsonObject,
  scale: CustomResourceSubresourceScale | undefined,
  part: "all" | "status",
): Iterable<Issue> {
  if (scale === undefined) return;
  if (part === "all") yield* checkReplicas(object, scale.specReplicasPath);
  yield* checkReplicas(object, scale.statusReplicasPath);
  if (scale.labelSelectorPath !== undefined) {
    const { problem } = read(object, scale.labelSelectorPath, "string");
    if (problem !== undefined) yield invalid(scale.labelSelectorPath, "", problem);
  }
}

function* checkReplicas(object: JsonObject, path: string): Iterable<Issue> {
  const { value = 0, problem } = read(object, path, "int64");
  if (problem !== undefined) yield invalid(path, 0, problem);
  else if ((value as number) < 0) yield invalid(path, value, "should be a non-negative integer");
  else if ((value as number) > LARGEST) yield invalid(path, value, `should be less than or equal to ${LARGEST}`);
}

interface Read {
  readonly value?: unknown;
  readonly problem?: string;
}

function read(object: JsonObject, path: string, wanted: "int64" | "string"): Read {
  let value: unknown = object;
  const refuse = (type: string) =>
    `${path} accessor error: ${shown(value)} is of the type ${goType(value)}, expected ${type}`;
  for (const name of path.replace(/^\./, "").split(".")) {
    if (goType(value) !== "map[string]interface {}") return { problem: refuse("map[string]interface{}") };
    const members = value as JsonObject;
    if (!Object.hasOwn(members, name) || members[name] === undefined) return {};
    value = members[name];
  }
  return goType(value) === wanted ? { value } : { problem: refuse(wanted) };
}

function shown(value: unknown): string {
  if (value === null) return "<nil>";
  return typeof value === "object" ? jsonText(value) : String(value);
}

function goType(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "bigint") return "int64";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map[string]interface {}";
}
