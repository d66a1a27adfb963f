import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment, ReplicaSet } from "../../api/generated/apps-v1.ts";
import { currentAnnotations, REVISION, revisionOf } from "./annotations.ts";

const deployment = { metadata: { annotations: { team: "a" } } } as unknown as Deployment;
const withRevision = (revision: string) =>
  ({ metadata: { annotations: { [REVISION]: revision } } }) as unknown as ReplicaSet;

test("revisions are integers of 64 bits", () => {
  const beyondDoubles = "9007199254740993";
  assert.equal(revisionOf(withRevision(beyondDoubles)), 9007199254740993n);
  assert.equal(revisionOf(withRevision("+3")), 3n);
  assert.equal(revisionOf(withRevision("three")), undefined);
  const next = currentAnnotations(deployment, { [REVISION]: beyondDoubles }, 9007199254740994n);
  assert.deepEqual(next, {
    team: "a",
    [REVISION]: "9007199254740994",
    "deployment.kubernetes.io/revision-history": beyondDoubles,
  });
});
