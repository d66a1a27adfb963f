import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { claimNetwork, networkOwner, releaseNetwork } from "./network-claim.ts";

test("network claim: the last who claimed it has it, until it is released", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "wherry-claim-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const place = join(directory, "networks");
  assert.equal(await networkOwner(place), undefined);
  await claimNetwork({ dataDirectory: "/a", nodeName: "one" }, place);
  await claimNetwork({ dataDirectory: "/b", nodeName: "two" }, place);
  assert.deepEqual(await networkOwner(place), { dataDirectory: "/b", nodeName: "two" });
  await releaseNetwork(place);
  await releaseNetwork(place);
  assert.equal(await networkOwner(place), undefined);
});
