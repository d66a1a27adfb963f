import assert from "node:assert/strict";
import { test } from "node:test";
import { configuration } from "./network.ts";

test("cni: both families get a range and a way out each, and state of the node's own", () => {
  const network = {
    configurationDirectory: "/n/net.d",
    stateDirectory: "/n/networks",
    bridge: "wherry0",
    podCIDRs: ["10.244.1.0/24", "fd00:1::/64"],
  };
  const [bridge, portmap] = configuration(network, 1400).plugins;
  assert.deepEqual(bridge, {
    type: "bridge",
    bridge: "wherry0",
    isGateway: true,
    isDefaultGateway: false,
    hairpinMode: true,
    ipMasq: false,
    mtu: 1400,
    ipam: {
      type: "host-local",
      dataDir: "/n/networks",
      ranges: [[{ subnet: "10.244.1.0/24" }], [{ subnet: "fd00:1::/64" }]],
      routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
    },
  });
  assert.deepEqual(portmap, { type: "portmap", capabilities: { portMappings: true }, snat: true });
});
