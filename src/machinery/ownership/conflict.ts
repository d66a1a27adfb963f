import { byteOrder } from "../byte-order.ts";
import { quoted } from "../issue.ts";
import { StatusError } from "../status.ts";
import type { FieldSet } from "./field-set.ts";
import { pathsOf } from "./field-set.ts";
import type { Manager } from "./managers.ts";
import type { PathElement } from "./path-element.ts";
import { printElement } from "./path-element.ts";

/** Fields that an apply would take from another manager. */
export interface Conflicts {
  readonly manager: Manager;
  readonly set: FieldSet;
}

/** The refusal of an apply, with a cause for each field; it carries the conflicts for who may yet allow them. */
export class ConflictError extends StatusError {
  readonly conflicts: readonly Conflicts[];
  constructor(conflicts: readonly Conflicts[]) {
    const causes = conflicts.flatMap(({ manager, set }) =>
      [...pathsOf(set)].map((path) => ({
        reason: "FieldManagerConflict",
        message: `conflict with ${describe(manager)}`,
        field: printPath(path),
      })),
    );
    super({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: messageOf(conflicts, causes.length),
      reason: "Conflict",
      details: { causes },
      code: 409,
    });
    this.conflicts = conflicts;
  }
}

export function conflictError(conflicts: readonly Conflicts[]): ConflictError {
  return new ConflictError(
    conflicts.toSorted((left, right) => byteOrder(describe(left.manager), describe(right.manager))),
  );
}

function messageOf(conflicts: readonly Conflicts[], count: number): string {
  if (count === 1) {
    const { manager, set } = conflicts[0]!;
    const [path] = pathsOf(set);
    return `Apply failed with 1 conflict: conflict with ${describe(manager)}: ${printPath(path!)}`;
  }
  const lines = conflicts.flatMap(({ manager, set }) => [
    `conflicts with ${describe(manager)}:`,
    ...[...pathsOf(set)].map((path) => `- ${printPath(path)}`),
  ]);
  return `Apply failed with ${count} conflicts: ${lines.join("\n")}`;
}

function describe({ name, operation, apiVersion, subresource }: Manager): string {
  const text = subresource === "" ? quoted(name) : `${quoted(name)} with subresource ${quoted(subresource)}`;
  return operation === "Update" ? `${text} using ${apiVersion}` : text;
}

function printPath(path: readonly PathElement[]): string {
  return path.map(printElement).join("");
}
