import { invalid, quoted, required } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import type { CustomResourceDefinition } from "../../generated/apiextensions-v1.ts";

const ANNOTATION = "api-approved.kubernetes.io";
const PROTECTED = /(?:^|\.)(?:k8s|kubernetes)\.io$/;
const URL_WITH_HOST = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]/;
const SEE = "see https://github.com/kubernetes/enhancements/pull/1111";
const MUST = `protected groups must have approval annotation "${ANNOTATION}"`;
const MUST_BE_URL = `${MUST} with either a URL or a reason starting with "unapproved"`;

/** Groups under Kubernetes' own domains need its word. @param old what was so before may stay so */
export function checkApproval(
  { metadata, spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
  issues: Issues,
): void {
  if (!PROTECTED.test(spec.group)) return;
  const text = metadata.annotations?.[ANNOTATION] ?? "";
  const approval = approvalOf(text);
  if (old !== undefined && approval === approvalOf(old.metadata.annotations?.[ANNOTATION] ?? "")) return;
  const at = `metadata.annotations[${ANNOTATION}]`;
  if (approval === "missing") issues.push(required(at, `${MUST}, ${SEE}`));
  else if (approval === "invalid") {
    issues.push(invalid(at, text, `${MUST_BE_URL}, ${SEE}`));
  }
}

/** The condition that says so of a definition, without its time; nothing for one of another group. */
export function approvalCondition({ metadata, spec }: CustomResourceDefinition) {
  if (!PROTECTED.test(spec.group)) return undefined;
  const text = metadata.annotations?.[ANNOTATION] ?? "";
  const type = "KubernetesAPIApprovalPolicyConformant";
  switch (approvalOf(text)) {
    case "missing":
      return { type, status: "False", reason: "MissingAnnotation", message: `${MUST}, ${SEE}` };
    case "invalid":
      return { type, status: "False", reason: "InvalidAnnotation", message: `${MUST_BE_URL}, ${SEE}` };
    case "bypassed":
      return { type, status: "False", reason: "UnapprovedAnnotation", message: `not approved: ${quoted(text)}` };
    case "approved":
      return { type, status: "True", reason: "ApprovedAnnotation", message: `approved in ${text}` };
  }
}

function approvalOf(text: string): "missing" | "bypassed" | "approved" | "invalid" {
  if (text === "") return "missing";
  if (text.startsWith("unapproved")) return "bypassed";
  return URL_WITH_HOST.test(text) ? "approved" : "invalid";
}
