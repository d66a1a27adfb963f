import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetwork } from "../base/ip.ts";
import { type NetworkView, type Peer, planNetwork, podMtu } from "./plan.ts";

const a: Peer = { name: "a", addresses: ["192.0.2.1"], podCIDRs: ["10.244.0.0/24"] };
const b: Peer = { name: "b", addresses: ["192.0.2.2"], podCIDRs: ["10.244.1.0/24"] };
const far: Peer = { name: "far", addresses: ["198.51.100.7"], podCIDRs: ["10.244.2.0/24"] };
const view: NetworkView = {
  own: a,
  nodes: [a, b],
  mode: "auto",
  links: [
    { network: "192.0.2.0/24", device: "eth0" },
    { network: "0.0.0.0/0", device: "eth0", gateway: "192.0.2.254" },
  ],
  uplink: { device: "eth0", mtu: 1500 },
};
const direct = { network: "10.244.1.0/24", via: "192.0.2.2", device: "eth0" };

test("network: alone, or with nodes that have no pod network yet, nothing is wished", () => {
  const nothing = { routes: [], tunnel: undefined, isBehindTunnel: false, problems: [] };
  assert.deepEqual(planNetwork({ ...view, nodes: [a] }), nothing);
  assert.deepEqual(planNetwork({ ...view, nodes: [a, { ...b, podCIDRs: [] }] }), nothing);
  assert.deepEqual(planNetwork({ ...view, nodes: [a, { ...b, addresses: [] }] }), nothing);
});

test("network: a node on a link gets a route, and pods keep the whole MTU", () => {
  const plan = planNetwork(view);
  assert.deepEqual(plan, { routes: [direct], tunnel: undefined, isBehindTunnel: false, problems: [] });
  assert.equal(podMtu(plan, view), 1500);
});

test("network: a node behind a gateway is reached by the tunnel, its neighbour on the link is not", () => {
  const plan = planNetwork({ ...view, nodes: [far, b, a] });
  assert.deepEqual(plan.routes, [direct, { network: "10.244.2.0/24", via: "10.244.2.0", device: "wherry.vxlan" }]);
  assert.deepEqual(plan.tunnel, {
    device: "wherry.vxlan",
    local: "192.0.2.1",
    uplink: "eth0",
    mtu: 1450,
    address: "10.244.0.0",
    hardware: "0e:58:c0:00:02:01",
    peers: [{ addresses: ["10.244.2.0"], hardware: "0e:58:c6:33:64:07", node: "198.51.100.7" }],
  });
  assert.equal(podMtu(plan, view), 1450);
});

test("network: the most particular route decides: one host on the link, one network of it behind a gateway", () => {
  const host = { network: "198.51.100.7/32", device: "fabric" };
  const plan = planNetwork({ ...view, nodes: [far], links: [...view.links, host] });
  assert.deepEqual(plan.routes, [{ network: "10.244.2.0/24", via: "198.51.100.7", device: "fabric" }]);
  const behind = { network: "192.0.2.2/32", device: "eth0", gateway: "192.0.2.9" };
  assert.equal(planNetwork({ ...view, links: [...view.links, behind] }).routes[0]!.device, "wherry.vxlan");
});

test("network: both ends come to the same: who is reached by a gateway only is not reached directly either", () => {
  const links = [parseNetwork("192.0.2.0/24")!];
  assert.deepEqual(planNetwork({ ...view, nodes: [{ ...b, links }] }).routes, [direct]);
  const elsewhere = [parseNetwork("198.51.100.0/24")!];
  assert.equal(planNetwork({ ...view, nodes: [{ ...b, links: elsewhere }] }).routes[0]!.device, "wherry.vxlan");
});

test("network: a forced mode is kept to", () => {
  const tunnelled = planNetwork({ ...view, mode: "vxlan" });
  assert.deepEqual(
    tunnelled.routes.map(({ device }) => device),
    ["wherry.vxlan"],
  );
  assert.equal(podMtu(planNetwork({ ...view, mode: "vxlan", nodes: [] }), { ...view, mode: "vxlan" }), 1450);
  const routed = planNetwork({ ...view, mode: "routes", nodes: [b, far] });
  assert.deepEqual(routed.routes, [direct]);
  assert.match(
    routed.problems[0]!,
    /^the pods of node far in 10\.244\.2\.0\/24 cannot be reached: 198\.51\.100\.7 is on no link/,
  );
});

test("network: both families have their own routes, and each may go by the tunnel alone", () => {
  const six = { network: "2001:db8::/64", device: "eth0" };
  const own = { ...a, addresses: ["192.0.2.1", "2001:db8::1"], podCIDRs: ["10.244.0.0/24", "fd00:0:0:1::/64"] };
  const other = { ...b, addresses: ["192.0.2.2", "2001:db8::2"], podCIDRs: ["10.244.1.0/24", "fd00:0:0:2::/64"] };
  const plan = planNetwork({ ...view, own, nodes: [other], links: [...view.links, six] });
  assert.deepEqual(plan.routes, [direct, { network: "fd00:0:0:2::/64", via: "2001:db8::2", device: "eth0" }]);
  const without = planNetwork({ ...view, own, nodes: [other] });
  const inTunnel = { network: "fd00:0:0:2::/64", via: "fd00:0:0:2::", device: "wherry.vxlan" };
  assert.deepEqual(without.routes, [direct, inTunnel]);
  assert.deepEqual(without.tunnel?.peers, [
    { addresses: ["10.244.1.0", "fd00:0:0:2::"], hardware: "0e:58:c0:00:02:02", node: "192.0.2.2" },
  ]);
  const nodes = [{ ...other, addresses: ["192.0.2.2"] }];
  assert.deepEqual(planNetwork({ ...view, own, nodes, links: [...view.links, six] }).routes, [direct, inTunnel]);
  assert.match(
    planNetwork({ ...view, own, nodes, mode: "routes" }).problems[0]!,
    /b in fd00:0:0:2::\/64 cannot be reached: b has no IPv6 address/,
  );
});

const inside: Peer = { name: "b-2", addresses: ["10.89.0.2"], podCIDRs: ["10.244.3.0/24"], machine: "b" };
const links = (...networks: readonly string[]) => networks.map((network) => parseNetwork(network)!);
const within = { ...inside, links: links("10.89.0.0/24", "192.0.2.2/32") };
const machine = { ...b, links: links("192.0.2.0/24", "10.89.0.0/24") };

test("network: a node within a machine is reached as the machine is, and its own address too", () => {
  const plan = planNetwork({ ...view, nodes: [within, machine] });
  const shared = { via: "192.0.2.2", device: "eth0" };
  assert.deepEqual(plan.routes, [direct, { network: "10.244.3.0/24", ...shared }, { network: "10.89.0.2", ...shared }]);
  assert.equal(podMtu(plan, view), 1500);
  const far = { ...machine, links: links("198.51.100.0/24", "10.89.0.0/24") };
  const tunnelled = planNetwork({ ...view, nodes: [within, far] });
  const end = { via: "10.244.1.0", device: "wherry.vxlan" };
  assert.deepEqual(tunnelled.routes, [
    { network: "10.244.1.0/24", ...end },
    { network: "10.244.3.0/24", ...end },
    { network: "10.89.0.2", ...end },
  ]);
  assert.deepEqual(
    tunnelled.tunnel?.peers.map(({ node }) => node),
    ["192.0.2.2"],
  );
  // Its machine has not told of itself yet: the way of all others is tried.
  assert.equal(planNetwork({ ...view, nodes: [within] }).routes[0]!.device, "wherry.vxlan");
});

test("network: within a machine, its siblings are on the link, and the way to all others is the machine", () => {
  const sibling = { ...within, name: "b-3", addresses: ["10.89.0.3"], podCIDRs: ["10.244.4.0/24"] };
  const other = { ...a, links: links("192.0.2.0/24") };
  const own = {
    ...view,
    own: within,
    nodes: [other, machine, within, sibling],
    links: [
      { network: "10.89.0.0/24", device: "eth0" },
      { network: "192.0.2.2/32", device: "eth0" },
      { network: "0.0.0.0/0", device: "eth0", gateway: "10.89.0.1" },
    ],
  };
  const plan = planNetwork(own);
  const byMachine = { via: "192.0.2.2", device: "eth0" };
  assert.deepEqual(plan.routes, [
    { network: "10.244.0.0/24", ...byMachine },
    { network: "10.244.1.0/24", ...byMachine },
    { network: "10.244.4.0/24", via: "10.89.0.3", device: "eth0" },
  ]);
  assert.equal(podMtu(plan, own), 1500);
  // The machine passes it on by a tunnel: what is sent must fit there.
  const far = { ...own, nodes: [{ ...other, links: links("198.51.100.0/24") }, machine] };
  assert.deepEqual(planNetwork(far).routes, plan.routes.slice(0, 2));
  assert.equal(planNetwork(far).tunnel, undefined);
  assert.equal(podMtu(planNetwork(far), far), 1450);
});

test("network: both families of a node within a machine go by the machine", () => {
  const six = { network: "2001:db8::/64", device: "eth0" };
  const own = { ...a, addresses: ["192.0.2.1", "2001:db8::1"], podCIDRs: ["10.244.0.0/24", "fd00:0:0:1::/64"] };
  const both = {
    ...machine,
    addresses: ["192.0.2.2", "2001:db8::2"],
    podCIDRs: ["10.244.1.0/24", "fd00:0:0:2::/64"],
    links: links("192.0.2.0/24", "2001:db8::/64", "10.89.0.0/24"),
  };
  const node = { ...within, addresses: ["10.89.0.2", "fd00:10:89::2"], podCIDRs: ["10.244.3.0/24", "fd00:0:0:3::/64"] };
  const { routes } = planNetwork({ ...view, own, nodes: [node, both], links: [...view.links, six] });
  assert.deepEqual(routes.slice(2), [
    { network: "10.244.3.0/24", via: "192.0.2.2", device: "eth0" },
    { network: "10.89.0.2", via: "192.0.2.2", device: "eth0" },
    { network: "fd00:0:0:3::/64", via: "2001:db8::2", device: "eth0" },
    { network: "fd00:10:89::2", via: "2001:db8::2", device: "eth0" },
  ]);
});
