import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { createRecordedRules } from "../host/sim/rule-engine.ts";
import { diffRules } from "./diff.ts";
import { planRules } from "./plan.ts";
import { renderTransaction } from "./render.ts";
import { defaultFrame } from "./rules.ts";
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

interface WorldService {
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort";
  readonly sticky: boolean;
  readonly seconds: number;
  readonly localOnly: boolean;
  readonly endpoints: readonly { readonly last: number; readonly local: boolean; readonly ready: boolean }[];
}

const worlds = fc.uniqueArray(
  fc.record<WorldService>({
    name: fc.constantFrom("a", "b", "c", "d"),
    type: fc.constantFrom("ClusterIP", "NodePort"),
    sticky: fc.boolean(),
    seconds: fc.constantFrom(10, 20),
    localOnly: fc.boolean(),
    endpoints: fc.uniqueArray(
      fc.record({ last: fc.integer({ min: 1, max: 4 }), local: fc.boolean(), ready: fc.boolean() }),
      { selector: ({ last }) => last },
    ),
  }),
  { selector: ({ name }) => name },
);

function rulesOf(world: readonly WorldService[]) {
  const services: Service[] = [];
  const slices: EndpointSlice[] = [];
  for (const { name, type, sticky, seconds, localOnly, endpoints } of world) {
    const number = name.charCodeAt(0);
    services.push(
      testService(name, {
        type,
        clusterIP: `10.96.0.${number}`,
        // Two services claim one external address.
        externalIPs: [`203.0.113.${number % 2}`],
        ...(type === "NodePort" ? { ports: [{ nodePort: 30000 + number }] } : {}),
        ...(sticky
          ? { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: seconds } } }
          : {}),
        externalTrafficPolicy: localOnly ? "Local" : "Cluster",
      }),
    );
    slices.push(
      testSlice(
        name,
        endpoints.map(({ last, local, ready }) => ({
          address: `10.244.0.${last}`,
          node: local ? "here" : "other",
          conditions: { ready, serving: ready, terminating: false },
        })),
      ),
    );
  }
  return planRules({ services, slices, viewpoint: { node: "here" }, frame: defaultFrame });
}
