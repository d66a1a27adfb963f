import { invalid, notSupported, required } from "../../../machinery/issue.ts";
import { checkRequiredOneOf, type Issues } from "../../checks.ts";
import type {
  MutatingAdmissionPolicy as StoredMutatingAdmissionPolicy,
  MutatingAdmissionPolicySpec,
  Mutation,
  NamedRuleWithOperations,
} from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkExpression } from "./conditions.ts";
import { type Compiler, PATCHES, WHOLE_OBJECT } from "./expressions.ts";
import { checkPolicy, policyRules, scopeOf } from "./policy.ts";

export type MutatingAdmissionPolicy = StoredMutatingAdmissionPolicy;

/** How objects are changed, in expressions. It does nothing until a binding puts it to work. */
export const MutatingAdmissionPolicy: Kind<MutatingAdmissionPolicy> = defineKind(
  facts.admissionregistration.v1.MutatingAdmissionPolicy,
  policyRules<MutatingAdmissionPolicySpec, MutatingAdmissionPolicy>(
    {
      name: "Mutations",
      type: "integer",
      description: "Mutation indicates the number of mutations rules defined in this configuration",
      value: ({ spec }) => spec.mutations?.length ?? 0,
    },
    ({ spec }, old) => checkSpec(spec, old),
  ),
);

function checkSpec(spec: MutatingAdmissionPolicySpec, old: MutatingAdmissionPolicySpec | undefined): Issues {
  const issues: Issues = [];
  const compiler = checkPolicy(spec, old, issues, (rules) =>
    checkMutatingOperations(rules, "spec.matchConstraints", issues),
  );
  const { mutations = [], reinvocationPolicy } = spec;
  if (mutations.length === 0) issues.push(required("spec.mutations", "mutations must contain at least one item"));
  for (const [index, mutation] of mutations.entries()) {
    checkMutation(mutation, `spec.mutations[${index}]`, { spec, compiler }, issues);
  }
  checkRequiredOneOf(reinvocationPolicy, "spec.reinvocationPolicy", ["IfNeeded", "Never"], issues);
  return issues;
}

const OPERATIONS = ["*", "CONNECT", "CREATE", "UPDATE"];

/** What is deleted cannot be changed. @param at the path of what holds the rules */
export function checkMutatingOperations(rules: readonly NamedRuleWithOperations[], at: string, issues: Issues): void {
  for (const operation of rules.flatMap(({ operations = [] }) => operations)) {
    if (!OPERATIONS.includes(operation)) {
      issues.push(notSupported(`${at}.resourceRules.operations`, operation, OPERATIONS));
    }
  }
}

/** Where each type of patch is written, and what its expression makes. */
const PATCH_TYPES = {
  ApplyConfiguration: { field: "applyConfiguration", other: "jsonPatch", types: WHOLE_OBJECT },
  JSONPatch: { field: "jsonPatch", other: "applyConfiguration", types: PATCHES },
} as const;

function checkMutation(
  mutation: Mutation,
  at: string,
  { spec, compiler }: { readonly spec: MutatingAdmissionPolicySpec; readonly compiler: Compiler },
  issues: Issues,
): void {
  const patchType: string = mutation.patchType ?? "";
  checkRequiredOneOf(patchType, `${at}.patchType`, Object.keys(PATCH_TYPES), issues);
  if (patchType !== "ApplyConfiguration" && patchType !== "JSONPatch") return;
  const { field, other, types } = PATCH_TYPES[patchType];
  const written = mutation[field];
  if (written === undefined) {
    issues.push(required(`${at}.${field}`, `must be specified when patchType is ${patchType}`));
  } else {
    const text = (written.expression ?? "").trim();
    const here = `${at}.${field}.expression`;
    if (text === "") issues.push(required(here));
    else checkExpression(text, here, { compiler, scope: { ...scopeOf(spec), messages: true }, types }, issues);
  }
  if (mutation[other] !== undefined) {
    issues.push(invalid(`${at}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`));
  }
}
