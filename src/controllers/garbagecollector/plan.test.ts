import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../machinery/object.ts";
import { type OwnerState, planCollection } from "./plan.ts";

function object(metadata: Partial<KubeObject["metadata"]> = {}): KubeObject {
  const own = { name: "x", uid: "x", resourceVersion: "1", creationTimestamp: "", ...metadata };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: own };
}

const waitingDependent = object({ deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["foregroundDeletion"] });

const cases: readonly {
  readonly name: string;
  readonly owners: readonly OwnerState[];
  readonly dependents?: readonly KubeObject[];
  readonly finalizers?: readonly string[];
  readonly wants: string;
}[] = [
  { name: "nobody ever owned it", owners: [], wants: "keep" },
  { name: "its owners are there", owners: ["solid", "solid"], wants: "keep" },
  { name: "one is left", owners: ["solid", "absent", "waiting"], wants: "release 1" },
  { name: "none is left", owners: ["absent"], wants: "delete Background" },
  { name: "none is left and it orphans", owners: ["absent"], finalizers: ["orphan"], wants: "delete Orphan" },
  { name: "its owner waits for it", owners: ["waiting"], wants: "delete Background" },
  {
    name: "its owner waits, and it owns others",
    owners: ["waiting"],
    dependents: [object()],
    wants: "delete Foreground",
  },
  {
    name: "two wait for each other",
    owners: ["waiting"],
    dependents: [waitingDependent],
    wants: "delete Foreground unblocked",
  },
];

for (const { name, owners, dependents = [], finalizers, wants } of cases) {
  test(`planCollection: ${name}`, () => {
    const judged = owners.map((state, index) => ({
      reference: { apiVersion: "v1", kind: "ConfigMap", name: `owner-${index}`, uid: `${index}` },
      state,
    }));
    const plan = planCollection(object(finalizers === undefined ? {} : { finalizers }), judged, () => dependents);
    const text =
      plan.type === "delete"
        ? `delete ${plan.policy}${plan.unblocks ? " unblocked" : ""}`
        : plan.type === "release"
          ? `release ${plan.ownerReferences.length}`
          : "keep";
    assert.equal(text, wants);
  });
}
