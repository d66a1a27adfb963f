import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createRecordedRules } from "../host/sim/rule-engine.ts";
import { diffRules } from "./diff.ts";
import { planRules } from "./plan.ts";
import { renderTransaction } from "./render.ts";
import { defaultFrame } from "./rules.ts";
import { objectsOf, type World, worlds } from "./test-worlds.ts";
import { testService, testSlice } from "./testing.ts";

const signal = new AbortController().signal;

test("diff: any state becomes any other by its transaction, and then there is nothing left to do", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, worlds, async (from, to) => {
      const engine = createRecordedRules();
      const before = rulesOf(from);
      const after = rulesOf(to);
      await engine.apply(diffRules(undefined, before)!, { signal });
      const transaction = diffRules(before, after);
      if (transaction !== undefined) await engine.apply(transaction, { signal });
      assert(await engine.holds(after, { signal }));
      assert.equal(diffRules(after, rulesOf(to)), undefined);
    }),
  );
});

test("diff: one endpoint more rewrites one chain", () => {
  const service = testService("web", { clusterIP: "10.96.0.1" });
  const others = Array.from({ length: 50 }, (_, index) =>
    testService(`other-${index}`, { clusterIP: `10.97.0.${index}` }),
  );
  const state = (...addresses: string[]) =>
    planRules({
      services: [service, ...others],
      slices: [
        testSlice(
          "web",
          addresses.map((address) => ({ address })),
        ),
      ],
      viewpoint: { node: "here" },
      frame: defaultFrame,
    });
  const transaction = diffRules(state("10.244.2.1"), state("10.244.2.1", "10.244.2.2"))!;
  assert.equal(
    renderTransaction(transaction),
    [
      "flush chain ip wherry-proxy cluster/default/web//tcp",
      "add rule ip wherry-proxy cluster/default/web//tcp numgen random mod 2 0 meta l4proto tcp dnat to 10.244.2.1:8080",
      "add rule ip wherry-proxy cluster/default/web//tcp meta l4proto tcp dnat to 10.244.2.2:8080",
      "",
    ].join("\n"),
  );
});

test("diff: another frame writes all anew", () => {
  const rules = rulesOf([]);
  const other = { ...rules, frame: { ...rules.frame, clusterNetworks: ["10.244.0.0/16"] } };
  assert.equal(diffRules(rules, other)?.kind, "replace");
});

function rulesOf(world: World) {
  return planRules({ ...objectsOf(world), viewpoint: { node: "here" }, frame: defaultFrame });
}
