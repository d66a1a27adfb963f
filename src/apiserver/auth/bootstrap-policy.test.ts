import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultObjects } from "./bootstrap-policy.ts";
import type { Role, RoleBinding } from "./rbac-objects.ts";

const objects = defaultObjects();

test("bootstrap policy: as many objects as Kubernetes 1.36 creates", () => {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
  assert.deepEqual(counts, {
    Namespace: 4,
    PriorityClass: 2,
    ClusterRole: 69,
    ClusterRoleBinding: 50,
    Role: 7,
    RoleBinding: 7,
  });
});

test("bootstrap policy: every binding names a role that is there", () => {
  const roles = new Set(
    objects.filter(({ kind }) => kind.endsWith("Role")).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
  );
  const bindings = objects.filter(({ kind }) => kind.endsWith("Binding")) as unknown as RoleBinding[];
  assert.deepEqual(
    bindings.filter(({ roleRef }) => !roles.has(`${roleRef.kind}/${roleRef.name}`)),
    [],
  );
});

test("bootstrap policy: admin holds what edit holds, and edit what view holds", () => {
  const rulesOf = (name: string) => {
    const role = objects.find(
      ({ kind, metadata }) => kind === "ClusterRole" && metadata.name === name,
    ) as unknown as Role;
    return role.rules!.map((rule) => JSON.stringify(rule));
  };
  const [admin, edit, view] = ["admin", "edit", "view"].map(rulesOf);
  assert(edit!.every((rule) => admin!.includes(rule)) && view!.every((rule) => edit!.includes(rule)));
  assert.deepEqual([admin!.length, edit!.length, view!.length], [29, 27, 12]);
});
