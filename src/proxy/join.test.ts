import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { emptyRules, joinRules, rejoinRules } from "./join.ts";
import { planService, type ServiceRules } from "./plan.ts";
import { defaultFrame } from "./rules.ts";
import { objectsOf, type World, worlds } from "./test-worlds.ts";
import { testService, testSlice } from "./testing.ts";

const viewpoint = { node: "here" };

test("join: whatever changes, one step after another gives what joining all anew gives, in any order", () => {
  fc.assert(
    fc.property(fc.array(worlds, { minLength: 1, maxLength: 6 }), (history) => {
      let planned = new Map<string, ServiceRules>();
      let rules = emptyRules(defaultFrame);
      for (const world of history) {
        const before = planned;
        planned = plansOf(world);
        const names = new Set([...before.keys(), ...planned.keys()]);
        const changes = [...names].map((name) => ({ before: before.get(name), after: planned.get(name) }));
        rules = rejoinRules(rules, changes, planned.values());
        assert.deepEqual(rules, joinRules(defaultFrame, [...planned.values()].toReversed()));
      }
    }),
  );
});

test("join: of two services that claim one address the older has it, and the other one when that is gone", () => {
  const service = (name: string, bornIn: number) => {
    const made = testService(name, { clusterIP: `10.96.0.${bornIn % 100}`, externalIPs: ["203.0.113.1"] });
    const metadata = { ...made.metadata, creationTimestamp: `${bornIn}-01-01T00:00:00Z` };
    const slice = testSlice(name, [{ address: "10.244.1.1" }]);
    return planService({ ...made, metadata }, [slice], viewpoint, defaultFrame);
  };
  const [younger, older] = [service("a", 2025), service("b", 2024)];
  const owner = ({ families }: ReturnType<typeof joinRules>) =>
    families.get("IPv4")!.collections["service-addresses"].get("203.0.113.1 . tcp . 80");
  const both = joinRules(defaultFrame, [younger, older]);
  assert.equal(owner(both), "goto external/default/b//tcp");
  const one = rejoinRules(both, [{ before: older, after: undefined }], [younger]);
  assert.equal(owner(one), "goto external/default/a//tcp");
  const again = rejoinRules(one, [{ before: undefined, after: older }], [younger, older]);
  assert.equal(owner(again), "goto external/default/b//tcp");
});

test("join: what nothing changes in is the very same, however many services there are", () => {
  const plan = (index: number, ...addresses: readonly string[]) =>
    planService(
      testService(`s${index}`, { clusterIP: `10.96.0.${index}` }),
      [
        testSlice(
          `s${index}`,
          addresses.map((address) => ({ address })),
        ),
      ],
      viewpoint,
      defaultFrame,
    );
  const planned = Array.from({ length: 50 }, (_, index) => plan(index, "10.244.1.1"));
  const rules = joinRules(defaultFrame, planned);
  const after = plan(7, "10.244.1.1", "10.244.1.2");
  const next = rejoinRules(rules, [{ before: planned[7], after }], planned.with(7, after));
  const [old, now] = [rules.families.get("IPv4")!, next.families.get("IPv4")!];
  for (const [name, elements] of Object.entries(now.collections))
    assert.equal(elements, old.collections[name as keyof typeof old.collections], name);
  assert.equal(now.affinities, old.affinities);
  assert.equal(next.healthChecks, rules.healthChecks);
  const rewritten = now.chains.entries().filter(([name, chain]) => old.chains.get(name) !== chain);
  assert.deepEqual(
    Array.from(rewritten, ([name]) => name),
    ["cluster/default/s7//tcp"],
  );
});

function plansOf(world: World): Map<string, ServiceRules> {
  const { services, slices } = objectsOf(world);
  const plans = services.map((service, index) => planService(service, [slices[index]!], viewpoint, defaultFrame));
  return new Map(plans.map((plan) => [plan.service, plan]));
}
