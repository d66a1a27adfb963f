import { qualifiedName } from "../../../machinery/formats.ts";
import { duplicate, invalid, notSupported, required } from "../../../machinery/issue.ts";
import type { ObjectMeta } from "../../../machinery/object.ts";
import { checkFormat, type Issues } from "../../checks.ts";
import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy as StoredValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
} from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkExpression } from "./conditions.ts";
import { BOOL, type Compiler, TEXT, TEXT_OR_NULL } from "./expressions.ts";
import { checkPolicy, policyRules, scopeOf } from "./policy.ts";
import { checkPolicyStatus } from "./policy-status.ts";

export type ValidatingAdmissionPolicy = StoredValidatingAdmissionPolicy;

/** What objects have to be, in expressions. It says nothing until a binding puts it to work. */
export const ValidatingAdmissionPolicy: Kind<ValidatingAdmissionPolicy> = defineKind(
  facts.admissionregistration.v1.ValidatingAdmissionPolicy,
  {
    ...policyRules<ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicy>(
      {
        name: "Validations",
        type: "integer",
        description: "Validations indicates the number of validation rules defined in this configuration",
        value: ({ spec }) => spec.validations?.length ?? 0,
      },
      ({ metadata, spec }, old) => checkSpec(metadata, spec, old),
    ),
    metadataChecks: { update: ["whole"], status: [] },
    resets: { status: ["spec", "metadata"] },
    validateStatusUpdate: ({ status }) => checkPolicyStatus(status),
  },
);

const MOST_ANNOTATIONS = 20;
const LONGEST_ANNOTATION = 5 * 1024;
const NOTHING = "validations or auditAnnotations must contain at least one item";

function checkSpec(
  metadata: ObjectMeta,
  spec: ValidatingAdmissionPolicySpec,
  old: ValidatingAdmissionPolicySpec | undefined,
): Issues {
  const issues: Issues = [];
  const compiler = checkPolicy(spec, old, issues);
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    issues.push(required("spec.validations", NOTHING), required("spec.auditAnnotations", NOTHING));
    return issues;
  }
  for (const [index, validation] of validations.entries()) {
    checkValidation(validation, `spec.validations[${index}]`, { spec, compiler }, issues);
  }
  if (auditAnnotations.length > MOST_ANNOTATIONS) {
    const detail = `must not have more than ${MOST_ANNOTATIONS} auditAnnotations`;
    issues.push(invalid("spec.auditAnnotations", auditAnnotations, detail));
  }
  const keys = new Set<string>();
  for (const [index, annotation] of auditAnnotations.entries()) {
    const at = `spec.auditAnnotations[${index}]`;
    checkAnnotation(annotation, metadata.name, at, { spec, compiler }, issues);
    if (keys.has(annotation.key)) issues.push(duplicate(`${at}.key`, annotation.key));
    keys.add(annotation.key);
  }
  return issues;
}

interface Within {
  readonly spec: ValidatingAdmissionPolicySpec;
  readonly compiler: Compiler;
}

const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const EMPTY = "must be non-empty if specified";

function checkValidation(validation: Validation, at: string, { spec, compiler }: Within, issues: Issues): void {
  const { expression, message = "", messageExpression = "", reason } = validation;
  const scope = scopeOf(spec);
  if (expression.trim() === "") issues.push(required(`${at}.expression`, "expression is not specified"));
  else checkExpression(expression, `${at}.expression`, { compiler, scope, types: BOOL }, issues);
  if (messageExpression !== "" && messageExpression.trim() === "") {
    issues.push(invalid(`${at}.messageExpression`, messageExpression, EMPTY));
  } else if (messageExpression !== "") {
    const wanted = { compiler, scope: { ...scope, authorizer: false }, types: TEXT };
    checkExpression(messageExpression, `${at}.messageExpression`, wanted, issues);
  }
  if (message !== "" && message.trim() === "") issues.push(invalid(`${at}.message`, message, EMPTY));
  else if (/[\n\r]/.test(message.trim())) {
    issues.push(invalid(`${at}.message`, message, "must not contain line breaks"));
  }
  if (reason !== undefined && !REASONS.includes(reason)) issues.push(notSupported(`${at}.reason`, reason, REASONS));
}

function checkAnnotation(
  { key, valueExpression }: AuditAnnotation,
  name: string,
  at: string,
  { spec, compiler }: Within,
  issues: Issues,
): void {
  if (name === "") issues.push(invalid(`${at}.key`, key, "requires metadata.name be non-empty"));
  else checkFormat(`${name}/${key}`, `${at}.key`, qualifiedName, issues);
  const here = `${at}.valueExpression`;
  const text = valueExpression.trim();
  if (text === "") issues.push(required(here, "valueExpression is not specified"));
  else if (new TextEncoder().encode(text).length > LONGEST_ANNOTATION) {
    issues.push(required(here, `must not exceed ${LONGEST_ANNOTATION} bytes in length`));
  } else {
    const wanted = { compiler, scope: scopeOf(spec), types: TEXT_OR_NULL, shown: valueExpression };
    checkExpression(text, here, wanted, issues);
  }
}
