import assert from "node:assert/strict";
import { test } from "node:test";
import { BIND_COMPLETED, SELECTED_NODE, takenFor } from "../../api/core/v1/volume-binding.ts";
import { nodeOf } from "../testing.ts";
import { AssumedVolumes } from "./assumed.ts";
import { progressOf, type Written } from "./progress.ts";
import { claimOf, type Volumes, volumeOf, volumesOf } from "./testing.ts";

const node = nodeOf("a");
const claim = claimOf("data");
const boundClaim = claimOf("data", { volume: "v" });
const taken = takenFor(volumeOf("v", { node: "a", revision: 2 }), claim);
const selected = (revision: number, volume?: string, on = "a") =>
  claimOf("data", {
    revision,
    metadata: { annotations: { [SELECTED_NODE]: on, ...(volume === undefined ? {} : { [BIND_COMPLETED]: "yes" }) } },
    spec: volume === undefined ? {} : { volumeName: volume },
  });
const volume: Partial<Written> = { volumes: [taken] };
const provision: Partial<Written> = { claims: [selected(2)] };

interface Case {
  readonly name: string;
  readonly written: Partial<Written>;
  readonly told: Volumes;
  readonly expected: string;
}

const cases: readonly Case[] = [
  {
    name: "an older version of the volume says nothing",
    written: volume,
    told: { claims: [boundClaim], volumes: [volumeOf("v")] },
    expected: "waits",
  },
  {
    name: "the claim is yet to be bound",
    written: volume,
    told: { claims: [claim], volumes: [taken] },
    expected: "waits",
  },
  { name: "both are bound", written: volume, told: { claims: [boundClaim], volumes: [taken] }, expected: "bound" },
  {
    name: "the volume was taken away again",
    written: volume,
    told: { claims: [claim], volumes: [volumeOf("v", { node: "a", revision: 3 })] },
    expected: 'ClaimRef got reset for pv "v"',
  },
  {
    name: "the volume is gone",
    written: volume,
    told: { claims: [claim] },
    expected: 'failed to check binding: persistentvolume "v" not found',
  },
  { name: "a provisioner is at work", written: provision, told: { claims: [selected(2)] }, expected: "waits" },
  {
    name: "a provisioner gave up",
    written: provision,
    told: { claims: [selected(3, undefined, "")] },
    expected: 'provisioning failed for PVC "data"',
  },
  { name: "the volume is not seen yet", written: provision, told: { claims: [selected(3, "v")] }, expected: "waits" },
  {
    name: "a volume was made",
    written: provision,
    told: { claims: [selected(3, "v")], volumes: [volumeOf("v", { node: "a" })] },
    expected: "bound",
  },
  {
    name: "a volume was made elsewhere",
    written: provision,
    told: { claims: [selected(3, "v")], volumes: [volumeOf("v", { node: "b" })] },
    expected: 'pv "v" node affinity doesn\'t match node "a": no matching NodeSelectorTerms',
  },
];

for (const { name, written, told, expected } of cases) {
  test(`progress: ${name}`, () => {
    const progress = progressOf({ node, volumes: [], claims: [], ...written }, volumesOf(told));
    assert.equal(progress.type === "failed" ? progress.why : progress.type, expected);
  });
}

test("what is assumed of a volume holds until something newer is told", () => {
  const told = { volumes: [volumeOf("v", { revision: 2 })] };
  const view = new AssumedVolumes({ ...volumesOf({}), volume: () => told.volumes[0], volumes: () => told.volumes });
  view.assume([taken], []);
  assert.equal(view.volume("v"), taken);
  assert.deepEqual(view.volumes(), [taken]);
  told.volumes = [volumeOf("v", { revision: 3 })];
  assert.equal(view.volume("v"), told.volumes[0]);
  told.volumes = [volumeOf("v", { revision: 2 })];
  view.release([takenFor(volumeOf("v"), claim)], []);
  assert.equal(view.volume("v"), taken, "what others assumed stays");
  view.release([taken], []);
  assert.equal(view.volume("v"), told.volumes[0]);
});
