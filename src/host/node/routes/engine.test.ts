import assert from "node:assert/strict";
import { test } from "node:test";
import { type NetworkMode, type Peer, planNetwork, podMtu } from "../../../network/plan.ts";
import { labObstacle, type Peer as LabPeer, startPeer } from "../nftables/testing/lab.ts";
import { runTool } from "../nftables/nft.ts";
import { createNetworkEngine, removeNetwork } from "./engine.ts";

const obstacle = await labObstacle();
const skip = obstacle === undefined ? false : `NOT TESTED: ${obstacle}`;
const { signal } = new AbortController();

/**
 * Three nodes: `a` and `c` share a link, `b` is behind a router. Each has one address of its pod network.
 *
 *     a 172.31.1.1 ─┬─ 172.31.1.254 router 172.31.2.254 ─── b 172.31.2.1
 *     c 172.31.1.3 ─┘
 */
const nodes: readonly Peer[] = [
  { name: "a", addresses: ["172.31.1.1"], podCIDRs: ["10.244.0.0/24"] },
  { name: "b", addresses: ["172.31.2.1"], podCIDRs: ["10.244.1.0/24"] },
  { name: "c", addresses: ["172.31.1.3"], podCIDRs: ["10.244.2.0/24"] },
];
const pod = { a: "10.244.0.9", b: "10.244.1.9", c: "10.244.2.9" };

test("routes: pods reach each other on a link and through a tunnel, as nodes come and go", { skip }, async (t) => {
  await using lab = await openLab();
  const ask = (from: keyof typeof pod, to: keyof typeof pod) =>
    lab.peers[from]!.ask({ address: pod[to], port: 8080, timeoutMs: 3_000 });

  await t.test("routes where they share a link, VXLAN where not", async () => {
    for (const { name } of nodes) await lab.apply(name, nodes, "auto");
    for (const [from, to] of ["ab", "ba", "ac", "ca", "bc", "cb"] as unknown as readonly ["a" | "b", "b" | "c"][]) {
      assert.match(await ask(from, to), new RegExp(`^${to} `), `${from} to ${to}`);
    }
    const routes = await lab.ip("a", "route", "show", "proto", "119");
    assert.match(routes, /^10\.244\.1\.0\/24 via 10\.244\.1\.0 dev wherry\.vxlan onlink/m);
    assert.match(routes, /^10\.244\.2\.0\/24 via 172\.31\.1\.3 dev eth0/m);
    assert.match(await lab.ip("a", "link", "show", "wherry.vxlan"), / mtu 1450 /);
  });

  await t.test("nobody's address is changed on the way", async () => {
    assert.equal(await ask("a", "b"), "b 10.244.0.0");
    assert.equal(await ask("a", "c"), "c 172.31.1.1");
  });

  await t.test("done twice, it is done once", async () => {
    const state = async () => [
      await lab.ip("a", "route"),
      await lab.ip("a", "neighbour", "show", "nud", "permanent"),
      // With its number: a device that is made anew loses packets.
      await lab.ip("a", "-json", "link", "show", "wherry.vxlan"),
    ];
    const before = await state();
    await lab.apply("a", nodes, "auto");
    assert.deepEqual(await state(), before);
  });

  await t.test("a node that goes takes its way with it, and the tunnel with the last", async () => {
    const left = nodes.filter(({ name }) => name !== "b");
    await lab.apply("a", left, "auto");
    assert.equal(await lab.ip("a", "route", "show", "proto", "119"), "10.244.2.0/24 via 172.31.1.3 dev eth0 \n");
    await assert.rejects(lab.ip("a", "link", "show", "wherry.vxlan"));
  });

  await t.test("forced to VXLAN, neighbours are reached by it too; a node may have another address then", async () => {
    for (const { name } of nodes) await lab.apply(name, nodes, "vxlan");
    assert.match(await ask("a", "c"), /^c 10\.244\.0\.0/);
    await lab.ip("c", "address", "add", "172.31.1.4/24", "dev", "eth0");
    const moved = nodes.map((node) => (node.name === "c" ? { ...node, addresses: ["172.31.1.4"] } : node));
    for (const { name } of moved) await lab.apply(name, moved, "vxlan");
    for (const to of ["b", "c"] as const) assert.match(await ask("a", to), new RegExp(`^${to} `));
  });

  await t.test("pods' IPv6 goes by the tunnel between nodes that have IPv4 addresses alone", async () => {
    const both = nodes.map((node, index) => ({ ...node, podCIDRs: [...node.podCIDRs, `fd00:10:244:${index}::/64`] }));
    for (const { name } of both) await lab.apply(name, both, "auto");
    for (const [index, { name }] of both.entries())
      await lab.ip(name, "address", "add", `fd00:10:244:${index}::9/128`, "dev", "lo", "nodad");
    const answers = ["fd00:10:244:1::9", "fd00:10:244:2::9"].map((address) =>
      lab.peers["a"]!.ask({ address, port: 8080, timeoutMs: 3_000 }),
    );
    assert.deepEqual(await Promise.all(answers), ["b fd00:10:244::9", "c fd00:10:244::9"]);
    assert.match(await ask("a", "c"), /^c 172/, "IPv4 goes its own way");
    for (const { name } of both) await lab.apply(name, both, "auto");
  });

  await t.test("all of it is removed, and nothing else", async () => {
    await removeNetwork(lab.enter("a"), [], signal);
    assert.equal(await lab.ip("a", "route", "show", "proto", "119"), "");
    assert.match(await lab.ip("a", "route"), /^default via 172\.31\.1\.254/m);
  });
});

async function openLab() {
  const prefix = `wr${process.pid}`;
  const run = (...words: readonly string[]) => runTool(["ip", ...words], { signal });
  const nameOf = (name: string) => `${prefix}${name}`;
  const ip = (name: string, ...words: readonly string[]) => run("-n", nameOf(name), ...words);
  await using opened = new AsyncDisposableStack();
  for (const name of ["router", ...nodes.map((node) => node.name)]) {
    await run("netns", "add", nameOf(name));
    opened.defer(async () => void (await run("netns", "delete", nameOf(name))));
    await ip(name, "link", "set", "lo", "up");
  }
  await ip("router", "link", "add", "shared", "type", "bridge");
  for (const { name, addresses } of nodes) {
    await ip("router", "link", "add", `to-${name}`, "type", "veth", "peer", "name", "eth0", "netns", nameOf(name));
    await ip("router", "link", "set", `to-${name}`, ...(name === "b" ? [] : ["master", "shared"]), "up");
    await ip(name, "address", "add", `${addresses[0]}/24`, "dev", "eth0");
    await ip(name, "link", "set", "eth0", "up");
    await ip(name, "route", "add", "default", "via", addresses[0]!.replace(/\d+$/, "254"));
    await ip(name, "address", "add", `${pod[name as keyof typeof pod]}/32`, "dev", "lo");
  }
  await ip("router", "address", "add", "172.31.1.254/24", "dev", "shared");
  await ip("router", "link", "set", "shared", "up");
  await ip("router", "address", "add", "172.31.2.254/24", "dev", "to-b");
  const enter = (name: string) => ["nsenter", `--net=/run/netns/${nameOf(name)}`];
  await runTool([...enter("router"), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"], { signal });
  const peers: Record<string, LabPeer> = {};
  for (const { name } of nodes) peers[name] = opened.use(await startPeer(name, enter(name)));
  const owned = opened.move();
  return {
    peers,
    ip,
    enter: (name: string) => [...enter(name), "ip"],
    /** What the agent of a node does when it sees these nodes. */
    async apply(name: string, seen: readonly Peer[], mode: NetworkMode) {
      const own = seen.find((node) => node.name === name)!;
      const engine = createNetworkEngine([...enter(name), "ip"], own.addresses[0]!);
      const view = { own, nodes: seen, mode, ...(await engine.look({ signal })) };
      const plan = planNetwork(view);
      await engine.apply(plan, undefined, { signal });
      return podMtu(plan, view);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
