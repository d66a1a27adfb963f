import type { CallOptions } from "../../client/call.ts";
import { invalid, type Issue, notSupported, tooLong } from "../../machinery/issue.ts";
import { invalidError } from "../../machinery/status.ts";
import type { Operation } from "../operation.ts";

const LONGEST_MANAGER_BYTES = 128;
const KINDS: Readonly<Partial<Record<Operation["verb"], string>>> = {
  create: "CreateOptions",
  update: "UpdateOptions",
  patch: "PatchOptions",
};

/** What all writes but deletions may be asked to do: `dryRun`, `fieldManager`, `fieldValidation`. @throws {StatusError} 422 */
export function checkWriteOptions({ verb, options, patchType }: Operation): void {
  const kind = KINDS[verb];
  if (kind === undefined) return;
  const issues: Issue[] = [];
  const { fieldManager = "", fieldValidation = "", force } = options;
  if (verb === "patch") {
    const isApply = patchType === "application/apply-patch+yaml";
    if (isApply && fieldManager === "") {
      const body = "Required value: is required for apply patch";
      issues.push({ type: "FieldValueRequired", field: "fieldManager", body });
    }
    if (!isApply && force !== undefined) {
      const body = "Forbidden: may not be specified for non-apply patch";
      issues.push({ type: "FieldValueForbidden", field: "force", body });
    }
  }
  if (encoder.encode(fieldManager).length > LONGEST_MANAGER_BYTES) {
    issues.push(tooLong("fieldManager", LONGEST_MANAGER_BYTES));
  }
  for (const { at, char } of unprintable(fieldManager)) {
    const code = char.codePointAt(0)!;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    issues.push(invalid("fieldManager", fieldManager, `invalid character ${name} (at position ${at})`));
  }
  issues.push(...dryRunIssues(options));
  if (!VALIDATIONS.includes(fieldValidation))
    issues.push(notSupported("fieldValidation", fieldValidation, VALIDATIONS));
  if (issues.length > 0) throw invalidError({ group: "meta.k8s.io", name: kind }, "", issues);
}

/** What deletions may be asked to do. @throws {StatusError} 422 */
export function checkDeleteOptions({ options }: Operation): void {
  const issues = [...propagationIssues(options), ...dryRunIssues(options)];
  if (issues.length > 0) throw invalidError({ group: "meta.k8s.io", name: "DeleteOptions" }, "", issues);
}

function dryRunIssues({ dryRun = [] }: CallOptions): readonly Issue[] {
  return dryRun.some((value) => value !== "All") ? [notSupported("dryRun", dryRun, ["All"])] : [];
}

const PROPAGATIONS = ["Foreground", "Background", "Orphan"];

function propagationIssues({ propagationPolicy, orphanDependents }: CallOptions): readonly Issue[] {
  if (propagationPolicy === undefined) return [];
  const field = "propagationPolicy";
  return [
    ...(orphanDependents === undefined
      ? []
      : [invalid(field, propagationPolicy, "orphanDependents and deletionPropagation cannot be both set")]),
    ...(PROPAGATIONS.includes(propagationPolicy)
      ? []
      : [notSupported(field, propagationPolicy, [...PROPAGATIONS, "nil"])]),
  ];
}

/** Characters that Go does not call printable, each at its place in bytes. */
function* unprintable(text: string): Iterable<{ readonly at: number; readonly char: string }> {
  let at = 0;
  for (const char of text) {
    if (char !== " " && !/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) yield { at, char };
    at += encoder.encode(char).length;
  }
}

const VALIDATIONS = ["", "Ignore", "Strict", "Warn"];
const encoder = new TextEncoder();
