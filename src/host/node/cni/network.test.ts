import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { startPod, startTestNode, until, whyNoContainers } from "../containerd/test-node.ts";
import { run } from "../packages/run.ts";
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

const skip = (await whyNoContainers()) ?? false;

test("cni: a host port leads to its pod from everywhere, and leaves nothing behind", { skip }, async () => {
  const node = await startTestNode(9, ["nginx"]);
  const port = 28_480;
  try {
    await startPod(
      node,
      "web",
      { image: "docker.io/library/nginx:latest" },
      { ports: [{ protocol: "TCP", containerPort: 80, hostPort: port, hostIP: "" }] },
    );
    const own = Object.values(networkInterfaces())
      .flat()
      .find((item) => item !== undefined && !item.internal && item.family === "IPv4");
    for (const address of ["127.0.0.1", own!.address]) {
      await until(`the port answers at ${address}`, async () => {
        const answer = await fetch(`http://${address}:${port}/`).catch(() => undefined);
        return answer?.headers.get("x-image") === "nginx:latest";
      });
    }
  } finally {
    await node[Symbol.asyncDispose]();
  }
  const { iptables } = node.parts;
  if (iptables === undefined) return;
  assert.doesNotMatch((await run([iptables, "-t", "nat", "-S"])).stdout, new RegExp(`${port}`));
});
