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
  const nothing = { routes: [], tunnel: undefined, problems: [] };
  assert.deepEqual(planNetwork({ ...view, nodes: [a] }), nothing);
  assert.deepEqual(planNetwork({ ...view, nodes: [a, { ...b, podCIDRs: [] }] }), nothing);
  assert.deepEqual(planNetwork({ ...view, nodes: [a, { ...b, addresses: [] }] }), nothing);
});

test("network: a node on a link gets a route, and pods keep the whole MTU", () => {
  const plan = planNetwork(view);
  assert.deepEqual(plan, { routes: [direct], tunnel: undefined, problems: [] });
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
  assert.match(routed.problems[0]!, /^the pods of node far cannot be reached: 198\.51\.100\.7 is on no link/);
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
  assert.match(planNetwork({ ...view, own, nodes, mode: "routes" }).problems[0]!, /it has no address for fd00:0:0:2::/);
});
