import { invalid, notSupported, required } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import { asksOld, RuleCompiler } from "../../custom/rule-compiler.ts";
import type { JSONSchemaProps, ValidationRule } from "../../generated/apiextensions-v1.ts";

const RULES = "x-kubernetes-validations";
const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** What a schema's own rules have to say, whatever their expressions are. */
export function checkRuleTexts(schema: JSONSchemaProps, at: string, issues: Issues): void {
  for (const [index, rule] of (schema[RULES] ?? []).entries()) {
    const here = `${at}.${RULES}[${index}]`;
    checkRuleText(rule, here, issues);
    const { fieldPath = "" } = rule;
    if (fieldPath !== "" && !leadsToField(fieldPath, schema)) {
      issues.push(invalid(`${here}.fieldPath`, fieldPath, "must be a valid path"));
    }
  }
}

/** Names after dots, or in brackets and single quotes: `.spec['a.b']`. */
function leadsToField(path: string, schema: JSONSchemaProps): boolean {
  let found: JSONSchemaProps | undefined = schema;
  let rest = path;
  while (rest !== "" && found !== undefined) {
    const step = /^(?:\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\])/.exec(rest);
    if (step === null) return false;
    const name = step[1] ?? step[2]!.replaceAll(/\\(.)/g, "$1");
    found = fieldOf(found, name);
    rest = rest.slice(step[0].length);
  }
  return found !== undefined;
}

/** What a schema says of a member by this name; nothing where it knows none. */
export function fieldOf(
  { properties, additionalProperties }: JSONSchemaProps,
  name: string,
): JSONSchemaProps | undefined {
  if (properties !== undefined) return Object.hasOwn(properties, name) ? properties[name] : undefined;
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

function checkRuleText(rule: ValidationRule, at: string, issues: Issues): void {
  const { message = "", messageExpression = "", reason, fieldPath = "" } = rule;
  const text = rule.rule.trim();
  if (text === "") issues.push(required(`${at}.rule`, "rule is not specified"));
  else if (message !== "" && message.trim() === "") {
    issues.push(invalid(`${at}.message`, message, "must be non-empty if specified"));
  } else if (hasBreaks(message.trim())) {
    issues.push(invalid(`${at}.message`, message, "must not contain line breaks"));
  } else if (hasBreaks(text) && message === "") {
    issues.push(required(`${at}.message`, "message must be specified if rule contains line breaks"));
  }
  if (messageExpression !== "" && messageExpression.trim() === "") {
    issues.push(required(`${at}.messageExpression`, "messageExpression must be non-empty if specified"));
  }
  if (reason !== undefined && !REASONS.includes(reason)) issues.push(notSupported(`${at}.reason`, reason, REASONS));
  if (fieldPath !== "" && fieldPath.trim() === "") {
    issues.push(invalid(`${at}.fieldPath`, fieldPath, "must be non-empty if specified"));
  }
  if (hasBreaks(fieldPath)) issues.push(invalid(`${at}.fieldPath`, fieldPath, "must not contain line breaks"));
}

function hasBreaks(text: string): boolean {
  return /[\n\r]/.test(text);
}

/** Where a schema stands in its root. */
interface Place {
  readonly at: string;
  readonly isResource: boolean;
  /** The nearest schema around it whose values nothing tells which ones they were before. */
  readonly uncorrelated?: string | undefined;
}

/** Whether the expressions of a schema, and of all within it, can be compiled. */
export function checkExpressions(schema: JSONSchemaProps, place: Place, issues: Issues): void {
  const { at, uncorrelated } = place;
  const rules = schema[RULES] ?? [];
  const compiler = rules.length === 0 ? undefined : new RuleCompiler(schema, place.isResource);
  for (const [index, rule] of rules.entries())
    checkExpression(rule, compiler!, `${at}.${RULES}[${index}]`, place, issues);
  const isMap = schema["x-kubernetes-list-type"] === "map";
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const inner = { at: `${at}.properties[${name}]`, uncorrelated, isResource: isEmbedded(property) };
    checkExpressions(property, inner, issues);
  }
  const { items, additionalProperties } = schema;
  if (items !== undefined && !Array.isArray(items)) {
    const item = items as JSONSchemaProps;
    const inner = { at: `${at}.items`, uncorrelated: isMap ? uncorrelated : (uncorrelated ?? at) };
    checkExpressions(item, { ...inner, isResource: isEmbedded(item) }, issues);
  }
  if (typeof additionalProperties === "object") {
    const inner = { at: `${at}.additionalProperties`, uncorrelated, isResource: isEmbedded(additionalProperties) };
    checkExpressions(additionalProperties, inner, issues);
  }
}

function isEmbedded(schema: JSONSchemaProps): boolean {
  return schema["x-kubernetes-embedded-resource"] === true;
}

function checkExpression(
  rule: ValidationRule,
  compiler: RuleCompiler,
  at: string,
  { uncorrelated }: Place,
  issues: Issues,
): void {
  const problem = compiler.ruleProblem(rule);
  if (problem !== undefined) issues.push(invalid(`${at}.rule`, internalRule(rule), problem));
  const messageProblem = problem === undefined ? compiler.messageProblem(rule) : undefined;
  if (messageProblem !== undefined) {
    issues.push(invalid(`${at}.messageExpression`, internalRule(rule), messageProblem));
  }
  if (problem === undefined && asksOld(rule)) {
    if (uncorrelated === undefined) return;
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
    issues.push(invalid(`${at}.rule`, rule.rule, why));
  } else if (rule.optionalOldSelf !== undefined) {
    const why = "may not be set if oldSelf is not used in rule";
    issues.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, why));
  }
}

/** Kubernetes shows a rule as its server holds it. */
function internalRule(rule: ValidationRule): object {
  const { message = "", messageExpression = "", reason = null, fieldPath = "", optionalOldSelf = null } = rule;
  return {
    Rule: rule.rule,
    Message: message,
    MessageExpression: messageExpression,
    Reason: reason,
    FieldPath: fieldPath,
    OptionalOldSelf: optionalOldSelf,
  };
}
