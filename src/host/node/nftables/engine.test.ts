import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Service } from "../../../api/generated/core-v1.ts";
import type { EndpointSlice } from "../../../api/generated/discovery-v1.ts";
import { diffRules } from "../../../proxy/diff.ts";
import { mayHaveStaleFlows, staleFlows } from "../../../proxy/flows.ts";
import { planRules } from "../../../proxy/plan.ts";
import type { Frame, RuleSet } from "../../../proxy/rules.ts";
import { defaultFrame } from "../../../proxy/rules.ts";
import { testService, testSlice } from "../../../proxy/testing.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { createClock } from "../clock.ts";
import { createNftablesEngine } from "./engine.ts";
import { createFlowTable } from "./flows.ts";
import { ensureServiceRoute } from "./kernel.ts";
import { labObstacle, openLab, type Lab } from "./testing/lab.ts";

const obstacle = await labObstacle();
if (obstacle !== undefined) process.stderr.write(`SKIPPED: the real service rules are not tested here: ${obstacle}\n`);

const frame: Frame = {
  ...defaultFrame,
  families: ["IPv4", "IPv6"],
  clusterNetworks: ["10.244.0.0/16", "fd00:244::/32"],
  serviceNetworks: ["10.96.0.0/12", "fd00:96::/64"],
  ownAddresses: ["10.96.0.10"],
  egressNetworks: ["10.244.1.0/24", "fd00:244:1::/64"],
  nodeAddresses: ["172.30.0.1", "fd00:30::1"],
  loopbackNodePorts: true,
};
const POD = ["", "10.244.1.11", "10.244.1.12", "10.244.1.13"] as const;
const web = { clusterIP: "10.96.0.1" };
const here = (...pods: readonly (1 | 2 | 3)[]) => pods.map((pod) => ({ address: POD[pod], node: "here" }));

describe("service rules in real networks", { skip: obstacle ?? false }, () => {
  const signal = new AbortController().signal;
  let lab: Lab;
  let engine: ReturnType<typeof createNftablesEngine>;
  let applied: RuleSet | undefined;

  before(async () => {
    lab = await openLab();
    engine = createNftablesEngine({ clock: createClock({ holdProcess: false }), nft: [...lab.inNode, "nft"] });
  });
  after(async () => {
    engine?.[Symbol.dispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const apply = async (services: readonly Service[], slices: readonly EndpointSlice[]) => {
    const next = planRules({ services, slices, viewpoint: { node: "here" }, frame });
    const transaction = diffRules(applied, next);
    if (transaction !== undefined) await engine.apply(transaction, { signal });
    const earlier = applied;
    applied = next;
    assert(await engine.holds(next, { signal }), "the table is what was applied");
    return earlier;
  };
  const ask = (peer: keyof Lab["peers"], address: string, port = 80) => lab.peers[peer].ask({ address, port });
  const spread = async (peer: keyof Lab["peers"], address: string, port = 80) => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => ask(peer, address, port)));
    return [...new Set(answers.map((answer) => answer.split(" ")[0]!))].toSorted();
  };

  test("a ClusterIP reaches all endpoints from pods, from the node and from outside", async () => {
    await apply([testService("web", web)], [testSlice("web", here(1, 2))]);
    assert.deepEqual(await spread("pod-3", "10.96.0.1"), ["pod-1", "pod-2"]);
    assert.deepEqual(await spread("node", "10.96.0.1"), ["pod-1", "pod-2"]);
    assert.deepEqual(await spread("outer", "10.96.0.1"), ["pod-1", "pod-2"]);
    assert.match(await ask("pod-3", "10.96.0.1"), / 10\.244\.1\.13$/, "pods are seen under their own address");
    assert.match(await ask("outer", "10.96.0.1"), / 10\.244\.1\.1$/, "others are masqueraded");
  });

  test("a pod reaches itself by its service", async () => {
    await apply([testService("web", web)], [testSlice("web", here(1))]);
    assert.match(await ask("pod-1", "10.96.0.1"), /^pod-1 /);
  });

  test("no endpoints: refused; another port of the address: refused; no such service: nothing", async () => {
    await apply([testService("web", { ...web, type: "NodePort", ports: [{ nodePort: 30080 }] })], []);
    for (const peer of ["pod-1", "node", "outer"] as const)
      assert.equal(await ask(peer, "10.96.0.1"), "ECONNREFUSED", peer);
    for (const peer of ["pod-1", "outer"] as const)
      assert.equal(await ask(peer, "172.30.0.1", 30080), "ECONNREFUSED", peer);
    assert.equal(await ask("pod-1", "10.96.0.1", 81), "ECONNREFUSED");
    assert.equal(await lab.peers["pod-1"].ask({ address: "10.96.0.77", port: 80, timeoutMs: 200 }), "timeout");
    assert.equal(
      await lab.peers["pod-1"].ask({ address: "10.96.0.1", port: 80, protocol: "udp", timeoutMs: 200 }),
      "timeout",
    );
  });

  test("node ports and external IPs work from everywhere and are masqueraded", async () => {
    const service = testService("web", {
      ...web,
      type: "NodePort",
      ports: [{ nodePort: 30080 }],
      externalIPs: ["203.0.113.1"],
    });
    await apply([service], [testSlice("web", here(1))]);
    assert.equal(await ask("outer", "172.30.0.1", 30080), "pod-1 10.244.1.1");
    assert.match(await ask("node", "172.30.0.1", 30080), /^pod-1 /);
    assert.match(await ask("node", "127.0.0.1", 30080), /^pod-1 /);
    assert.match(await ask("pod-2", "172.30.0.1", 30080), /^pod-1 /);
    assert.match(await ask("pod-1", "10.244.1.1", 30080), /^pod-1 /);
    assert.equal(await ask("outer", "203.0.113.1"), "pod-1 10.244.1.1");
    assert.match(await ask("pod-2", "203.0.113.1"), /^pod-1 /);
  });

  test("externalTrafficPolicy Local keeps the client's address, and drops without an endpoint here", async () => {
    const spec = { ...web, type: "NodePort", ports: [{ nodePort: 30080 }], externalTrafficPolicy: "Local" } as const;
    await apply([testService("web", spec)], [testSlice("web", here(1))]);
    assert.equal(await ask("outer", "172.30.0.1", 30080), "pod-1 172.30.0.2");
    await apply([testService("web", spec)], [testSlice("web", [{ address: POD[1], node: "other" }])]);
    assert.equal(await lab.peers.outer.ask({ address: "172.30.0.1", port: 30080, timeoutMs: 200 }), "timeout");
    assert.match(await ask("node", "172.30.0.1", 30080), /^pod-1 /);
    assert.match(await ask("pod-2", "172.30.0.1", 30080), /^pod-1 /);
  });

  test("source ranges shut out other clients of a load balancer", async () => {
    const balanced = (range: string) =>
      testService(
        "web",
        { ...web, loadBalancerSourceRanges: [range] },
        { status: { loadBalancer: { ingress: [{ ip: "203.0.113.2" }] } } },
      );
    await apply([balanced("172.30.0.0/24")], [testSlice("web", here(1))]);
    assert.match(await ask("outer", "203.0.113.2"), /^pod-1 /);
    await apply([balanced("192.0.2.0/24")], [testSlice("web", here(1))]);
    assert.equal(await lab.peers.outer.ask({ address: "203.0.113.2", port: 80, timeoutMs: 200 }), "timeout");
    assert.match(await ask("outer", "10.96.0.1"), /^pod-1 /);
  });

  test("session affinity keeps a client with its endpoint, also when all rules are written anew", async () => {
    const sticky = {
      ...web,
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    } as const;
    await apply([testService("web", sticky)], [testSlice("web", here(1, 2, 3))]);
    const [chosen] = await spread("outer", "10.96.0.1");
    assert.deepEqual(await spread("outer", "10.96.0.1"), [chosen]);
    await engine.apply({ kind: "replace", rules: applied! }, { signal });
    assert.deepEqual(await spread("outer", "10.96.0.1"), [chosen]);
    await apply(
      [testService("web", { ...sticky, sessionAffinityConfig: { clientIP: { timeoutSeconds: 90 } } })],
      [testSlice("web", here(1, 2, 3))],
    );
    const others = here(1, 2, 3).filter(({ address }) => `pod-${POD.indexOf(address)}` !== chosen);
    await apply([testService("web", sticky)], [testSlice("web", others)]);
    assert.equal((await spread("outer", "10.96.0.1")).length, 1);
  });

  test("UDP: a flow to an endpoint that is gone is forgotten", async () => {
    const dns = testService("dns", { clusterIP: "10.96.0.2", ports: [{ name: "dns", protocol: "UDP", port: 53 }] });
    const ports = [{ name: "dns", port: 8080, protocol: "UDP" as const }];
    const flows = createFlowTable([...lab.inNode, "conntrack"]);
    const query = { address: "10.96.0.2", port: 53, protocol: "udp", socket: "kept" } as const;
    await apply([dns], [testSlice("dns", here(1), { ports })]);
    assert.equal(await lab.peers["pod-3"].ask(query), "pod-1 10.244.1.13");
    const previous = await apply([dns], [testSlice("dns", here(2), { ports })]);
    assert.equal(await lab.peers["pod-3"].ask(query), "pod-1 10.244.1.13", "the kernel still remembers");
    assert(mayHaveStaleFlows("udp", previous!.flowTargets, applied!.flowTargets));
    assert(!mayHaveStaleFlows("tcp", previous!.flowTargets, applied!.flowTargets));
    const stale = staleFlows("udp", await flows.list("IPv4", "udp", { signal }), applied!.flowTargets);
    assert.deepEqual(stale, [
      { frontend: { address: "10.96.0.2", port: 53 }, endpoint: { address: "10.244.1.11", port: 8080 } },
    ]);
    await flows.forget("IPv4", "udp", stale, { signal });
    assert.equal(await lab.peers["pod-3"].ask(query), "pod-2 10.244.1.13");
    await flows.forget("IPv4", "udp", stale, { signal });
  });

  test("IPv6 has the same", async () => {
    const service = testService("web", { clusterIP: "fd00:96::1", type: "NodePort", ports: [{ nodePort: 30080 }] });
    const endpoints = ["fd00:244:1::11", "fd00:244:1::12"].map((address) => ({ address, node: "here" }));
    await apply([service], [testSlice("web", endpoints, { addressType: "IPv6" })]);
    assert.deepEqual(await spread("pod-3", "fd00:96::1"), ["pod-1", "pod-2"]);
    assert.deepEqual(await spread("pod-1", "fd00:96::1"), ["pod-1", "pod-2"]);
    assert.deepEqual(await spread("outer", "fd00:30::1", 30080), ["pod-1", "pod-2"]);
    await apply(
      [testService("web", { clusterIP: "fd00:96::1", sessionAffinity: "ClientIP" })],
      [testSlice("web", endpoints, { addressType: "IPv6" })],
    );
    assert.equal((await spread("pod-3", "fd00:96::1")).length, 1);
    await apply([testService("web", { clusterIP: "fd00:96::1" })], []);
    assert.equal(await ask("pod-3", "fd00:96::1"), "ECONNREFUSED");
  });

  test("pods leave the cluster under the node's address", async () => {
    await apply([], []);
    assert.equal(await ask("pod-1", "172.30.0.2", 8080), "outer 172.30.0.1");
    assert.equal(await ask("pod-1", POD[2], 8080), "pod-2 10.244.1.11");
  });

  test("a cluster address that the node answers itself is left to it", async () => {
    await lab.node("ip", "address", "add", "10.96.0.10/32", "dev", "lo");
    await apply([testService("kube-dns", { clusterIP: "10.96.0.10", ports: [{ port: 8080 }] })], []);
    assert.match(await ask("pod-1", "10.96.0.10", 8080), /^node 10\.244\.1\.11$/);
    assert.match(await ask("node", "10.96.0.10", 8080), /^node /);
  });

  test("the node reaches services without a default route", async () => {
    await lab.node("ip", "route", "delete", "default");
    const ip = [...lab.inNode, "ip"];
    assert.equal(await ensureServiceRoute(ip, "10.96.0.0/12", "172.30.0.1", { signal }), true);
    assert.equal(await ensureServiceRoute(ip, "10.96.0.0/12", "172.30.0.1", { signal }), false);
    await apply([testService("web", web)], [testSlice("web", here(1))]);
    assert.match(await ask("node", "10.96.0.1"), /^pod-1 /);
    await apply([testService("web", web)], []);
    assert.equal(await ask("node", "10.96.0.1"), "ECONNREFUSED");
    await lab.node("ip", "route", "add", "default", "via", "172.30.0.2");
    await apply([testService("web", web)], [testSlice("web", here(1))]);
    assert.match(await ask("outer", "10.96.0.1"), /^pod-1 /);
  });

  test("chains of services that are gone go after a while", async () => {
    const clock = new VirtualClock();
    using other = createNftablesEngine({ clock, nft: [...lab.inNode, "nft"] });
    const rules = (...services: readonly Service[]) =>
      planRules({ services, slices: [testSlice("web", here(1))], viewpoint: { node: "here" }, frame });
    const full = rules(testService("web", web));
    await other.apply({ kind: "replace", rules: full }, { signal });
    await other.apply(diffRules(full, rules())!, { signal });
    assert.match(await lab.node("nft", "list", "chains"), /cluster\/default\/web/);
    assert(await other.holds(rules(), { signal }));
    await clock.advance(10_000);
    assert(await other.holds(rules(), { signal }));
    assert.doesNotMatch(await lab.node("nft", "list", "chains"), /cluster\/default\/web/);
    await other.apply(diffRules(rules(), full)!, { signal });
    assert.match(await ask("pod-3", "10.96.0.1"), /^pod-1 /);
    applied = full;
  });

  test("a table that is there is taken over, whatever state it is in", async () => {
    const service = testService("web", { ...web, type: "NodePort", ports: [{ nodePort: 30080 }] });
    const worlds = [
      [[service], [testSlice("web", here(1))]],
      [[testService("web", { ...web, sessionAffinity: "ClientIP" })], [testSlice("web", here(1, 2))]],
      [[testService("other", { clusterIP: "10.96.0.9" })], []],
      [
        [service],
        [
          testSlice(
            "web",
            Array.from({ length: 70 }, (_, index) => ({ address: `10.244.9.${index}` })),
          ),
        ],
      ],
      [[], []],
    ] as const satisfies readonly (readonly [readonly Service[], readonly EndpointSlice[]])[];
    for (const [services, slices] of [...worlds, ...worlds.toReversed()]) {
      const rules = planRules({ services, slices, viewpoint: { node: "here" }, frame });
      await engine.apply({ kind: "replace", rules }, { signal });
      assert(await engine.holds(rules, { signal }));
      applied = rules;
    }
    await lab.node(
      "nft",
      "delete table ip wherry-proxy; add table ip wherry-proxy; add map ip wherry-proxy node-ports { type inet_service : verdict; }",
    );
    await engine.apply({ kind: "replace", rules: applied! }, { signal });
    assert(await engine.holds(applied!, { signal }), "one of another make is made anew");
  });

  test("changes under load lose no connection to healthy endpoints", async () => {
    await apply([testService("web", web)], [testSlice("web", here(1))]);
    let stopped = false;
    const answers: string[] = [];
    const loops = Array.from({ length: 4 }, async (_, index) => {
      while (!stopped) answers.push(await ask(index % 2 === 0 ? "pod-3" : "outer", "10.96.0.1"));
    });
    const others = Array.from({ length: 20 }, (_, index) =>
      testService(`other-${index}`, { clusterIP: `10.97.0.${index}` }),
    );
    for (let round = 0; round < 10; round++) {
      // A pod that leaves while it calls itself would lose that call: the endpoints that come and go are no clients.
      await apply([testService("web", web), ...others], [testSlice("web", here(1, 2))]);
      await apply([testService("web", web)], [testSlice("web", here(1))]);
      if (round % 5 === 4) await engine.apply({ kind: "replace", rules: applied! }, { signal });
    }
    stopped = true;
    await Promise.all(loops);
    assert(answers.length > 50, `only ${answers.length} requests were made`);
    assert.deepEqual(
      answers.filter((answer) => !answer.startsWith("pod-")),
      [],
    );
  });

  test("rules that somebody flushed are noticed, and a replacement mends them", async () => {
    await apply([testService("web", web)], [testSlice("web", here(1))]);
    await lab.node("nft", "flush", "chain", "ip", "wherry-proxy", "cluster/default/web//tcp");
    assert.equal(await engine.holds(applied!, { signal }), false);
    await lab.node("nft", "flush", "ruleset");
    assert.equal(await engine.holds(applied!, { signal }), false);
    const next = planRules({
      services: [testService("web", web)],
      slices: [testSlice("web", here(2))],
      viewpoint: { node: "here" },
      frame,
    });
    await assert.rejects(engine.apply(diffRules(applied, next)!, { signal }), /No such file or directory/);
    await engine.apply({ kind: "replace", rules: next }, { signal });
    assert.match(await ask("pod-3", "10.96.0.1"), /^pod-2 /);
    await engine.remove(frame.families, { signal });
    assert.doesNotMatch(await lab.node("nft", "list", "tables"), /wherry/);
  });
});
