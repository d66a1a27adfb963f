import { jsonText } from "../../machinery/exact-json.ts";
import { Optional } from "@marcbachmann/cel-js";
import { duplicate, forbidden, invalid, type Issue, required } from "../../machinery/issue.ts";
import type { Json, JsonObject } from "../../machinery/json.ts";
import type { JSONSchemaProps, ValidationRule } from "../generated/apiextensions-v1.ts";
import { celEnvironment } from "../cel/environment.ts";
import { evaluationProblem } from "../cel/problem.ts";
import { parseExpression } from "../cel/presence.ts";
import { celValue } from "./cel-value.ts";
import { asksOld } from "./rule-compiler.ts";

/**
 * Checks a value by the rules of its schema (`x-kubernetes-validations`), each where it stands. The value is of the schema.
 * @param old what stood there before; a rule that asks for it is not asked of what is new
 */
export function* checkRules(
  value: Json | undefined,
  old: Json | undefined,
  schema: JSONSchemaProps,
  at: string,
): Iterable<Issue> {
  if (value === undefined || value === null || !hasRules(schema)) return;
  for (const rule of schema["x-kubernetes-validations"] ?? []) yield* checkRule(rule, { value, old, schema, at });
  if (Array.isArray(value)) {
    const items = schema.items as JSONSchemaProps | undefined;
    if (items === undefined) return;
    const before = counterparts(value as readonly Json[], old, schema);
    for (const [index, item] of (value as readonly Json[]).entries()) {
      yield* checkRules(item, before(item), items, `${at}[${index}]`);
    }
  } else if (typeof value === "object") yield* checkMembers(value as JsonObject, old, schema, at);
}

function* checkMembers(value: JsonObject, old: Json | undefined, schema: JSONSchemaProps, at: string): Iterable<Issue> {
  const { properties = {}, additionalProperties } = schema;
  const before = isObject(old) ? old : {};
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) {
      yield* checkRules(member, before[name], properties[name]!, at === "" ? name : `${at}.${name}`);
    } else if (typeof additionalProperties === "object") {
      yield* checkRules(member, before[name], additionalProperties, `${at}[${name}]`);
    }
  }
}

/** Whether anything at or below a schema has rules: most have none, and cost nothing. */
export function hasRules(schema: JSONSchemaProps): boolean {
  let known = ruled.get(schema);
  if (known === undefined) {
    const { properties = {}, items, additionalProperties } = schema;
    const inner = [...Object.values(properties), items, additionalProperties].filter(
      (each): each is JSONSchemaProps => typeof each === "object" && !Array.isArray(each),
    );
    known = (schema["x-kubernetes-validations"]?.length ?? 0) > 0 || inner.some(hasRules);
    ruled.set(schema, known);
  }
  return known;
}

const ruled = new WeakMap<JSONSchemaProps, boolean>();

interface Place {
  readonly value: Json;
  readonly old: Json | undefined;
  readonly schema: JSONSchemaProps;
  readonly at: string;
}

function* checkRule(rule: ValidationRule, { value, old, schema, at }: Place): Iterable<Issue> {
  const isOptional = rule.optionalOldSelf === true;
  if (asksOld(rule) && old === undefined && !isOptional) return;
  const here = at === "" ? "<nil>" : at;
  const variables = {
    self: celValue(value, schema),
    ...(asksOld(rule) ? { oldSelf: isOptional ? perhaps(old, schema) : celValue(old!, schema) } : {}),
  };
  try {
    if (compiled(rule.rule, rule)(variables) === true) return;
  } catch (error) {
    yield invalid(here, schema.type ?? "", unanswered(evaluationProblem(error), rule));
    return;
  }
  const place = rule.fieldPath === undefined ? here : `${at}${rule.fieldPath}`.replace(/^\./, "");
  yield issueOf(rule, place, value, messageOf(rule, variables));
}

type Variables = Readonly<Record<string, unknown>>;

function messageOf(asked: ValidationRule, variables: Variables): string {
  const { rule, message = "", messageExpression = "" } = asked;
  if (messageExpression !== "") {
    try {
      const text = compiled(messageExpression, asked)(variables);
      if (typeof text === "string" && text.trim() !== "" && !text.includes("\n")) return text;
    } catch {
      // The message that is always the same stands for one that cannot be made.
    }
  }
  return message === "" ? `failed rule: ${rule.trim()}` : message;
}

function issueOf({ reason }: ValidationRule, at: string, value: Json, message: string): Issue {
  switch (reason) {
    case "FieldValueForbidden":
      return forbidden(at, message);
    case "FieldValueRequired":
      return required(at, message);
    case "FieldValueDuplicate":
      return duplicate(at, value);
    default:
      return failed(at, value, message);
  }
}

/** Objects and lists are not shown. */
function failed(at: string, value: Json, message: string): Issue {
  if (typeof value !== "object" || value === null) return invalid(at, value, message);
  return { type: "FieldValueInvalid", field: at, body: `Invalid value: ${message}` };
}

const common = celEnvironment().registerVariable("self", "dyn");

/** The value before: always there, or perhaps. */
const environments = {
  plain: common.clone().registerVariable("oldSelf", "dyn"),
  optional: common.clone().registerVariable("oldSelf", "optional<dyn>"),
};

type Expression = (variables: Variables) => unknown;
const expressions = new Map<string, Expression>();
const REMEMBERED = 4096;

/** @throws an error of the parser */
function compiled(text: string, { optionalOldSelf = false }: Pick<ValidationRule, "optionalOldSelf">): Expression {
  const key = `${String(optionalOldSelf)} ${text}`;
  let known = expressions.get(key);
  if (known === undefined) {
    if (expressions.size >= REMEMBERED) expressions.clear();
    const environment = optionalOldSelf ? environments.optional : environments.plain;
    expressions.set(key, (known = parseExpression(environment, text) as Expression));
  }
  return known;
}

function perhaps(old: Json | undefined, schema: JSONSchemaProps): unknown {
  return old === undefined ? Optional.none() : Optional.of(celValue(old, schema));
}

function unanswered(problem: string, { rule, message = "" }: ValidationRule): string {
  const asked = message.trim() === "" ? rule.trim() : message.trim();
  return problem.startsWith("no such overload")
    ? `'${problem}': call arguments did not match a supported operator, function or macro signature for rule: ${asked}`
    : `${problem} evaluating rule: ${asked}`;
}

/** Finds what an item was before: in a list that is a map by its keys, else nothing says which one it was. */
function counterparts(items: readonly Json[], old: Json | undefined, schema: JSONSchemaProps) {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old) || items.length === 0) return () => undefined;
  const keyOf = (item: Json) => jsonText(keys.map((key) => (isObject(item) ? (item[key] ?? null) : null)));
  const known = new Map((old as readonly Json[]).map((item) => [keyOf(item), item]));
  return (item: Json) => known.get(keyOf(item));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
