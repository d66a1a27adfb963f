/**
 * Pods of two machines, one of which joined the other's cluster, and of a node within the other: they reach each other, by address,
 * Service and name.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import test from "node:test";
import { hasIpv6 } from "../../src/host/node/machine/ipv6.ts";
import { whyNoCluster } from "../cluster.ts";
import { type OwnMachine, twoMachines } from "./two-machines.ts";

const MODES: readonly (readonly [words: string, how: string])[] = [
  // One machine has no address of IPv6: what pods send over that goes by VXLAN between IPv4 addresses.
  ["--dual-stack", "by routes, since the machines share a link, and over IPv6"],
  ["--network vxlan", "by VXLAN"],
];

const PLACES = ["the server's machine", "the machine that joined", "the node within the server's machine"];

const why = await whyNoCluster();

for (const [words, how] of MODES) {
  test(`Pods of two machines reach each other ${how}`, { skip: why ?? false }, async (t) => {
    await using machines = await twoMachines(["busybox"]);
    const { control, worker, shell, archives } = machines;
    const [first, joined] = [control, worker].map(({ machine }) => `${machine.name}-node`) as [string, string];
    const nodes = [first, joined, `${first}-2`];
    await machines.up(`--nodes 2 --node-name ${first} ${words}`);
    const command = (await control.shell.ok("wherry token create --print-join-command")).trim();
    if (words.includes("vxlan"))
      await t.test("a machine whose kernel has no VXLAN is told so", () => withoutVxlan(worker, command));
    await worker.shell.ok(`${command} --detach --node-name ${joined}`);
    for (const one of [control, worker]) await one.shell.ok(`wherry image load ${archives.join(" ")}`);

    await t.test("each node has a part of the pods' network of its own", async () => {
      const parts = await shell.ok("kubectl get nodes -o jsonpath='{.items[*].spec.podCIDR}'");
      assert.deepEqual(parts.split(" ").toSorted(), ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]);
    });

    await t.test("pods on all", async () => {
      for (const [index, node] of nodes.entries()) {
        await shell.ok("kubectl apply -f -", { input: pod(index, node) });
        await shell.ok(`kubectl expose pod web-${index} --port 80 --target-port 8080`);
      }
      await shell.ok("kubectl wait --for=condition=Ready pod/web-0 pod/web-1 pod/web-2 --timeout=60s");
    });

    for (const [from, to] of [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 1],
    ] as const) {
      await t.test(`from ${PLACES[from]} to ${PLACES[to]}`, async () => {
        const list = await shell.ok(`kubectl get pod web-${to} -o jsonpath='{.status.podIPs[*].ip}'`);
        const addresses = list.split(" ").map((ip) => (ip.includes(":") ? `[${ip}]` : ip));
        assert.equal(addresses.length, words.includes("dual") && hasIpv6() ? 2 : 1, list);
        const service = await shell.ok(`kubectl get service web-${to} -o jsonpath={.spec.clusterIP}`);
        const get = (url: string) => shell.until(`kubectl exec web-${from} -- wget -qO- http://${url}/`, /./);
        for (const address of addresses) assert.equal(await get(`${address}:8080`), `here is ${to}\n`);
        assert.equal(await get(service), `here is ${to}\n`);
        assert.equal(await get(`web-${to}.default.svc.cluster.local`), `here is ${to}\n`);
      });
    }

    await t.test("the machine that joined reaches the node within the other by its own address", async () => {
      const inner = await shell.ok(`kubectl get node ${nodes[2]} -o jsonpath={.status.addresses[0].address}`);
      assert.match(inner, /^10\.89\./);
      assert.equal(await worker.shell.ok(`curl -sSk https://${inner}:10250/healthz`), "Unauthorized");
    });

    await t.test("the API server reaches pods on both, and a node's pods reach it", async () => {
      for (const index of nodes.keys())
        assert.equal(
          await shell.ok(`kubectl get --raw /api/v1/namespaces/default/pods/web-${index}:8080/proxy/`),
          `here is ${index}\n`,
        );
      await shell.ok("kubectl exec web-1 -- sh -c 'nc -w 5 kubernetes.default.svc.cluster.local 443 </dev/null'");
    });
  });
}

/** Its `ip` says what that of a kernel without the module says. Nothing has been changed on the machine then. */
async function withoutVxlan({ shell, data }: OwnMachine, command: string): Promise<void> {
  const program = (await shell.ok("command -v ip")).trim();
  const script = `#!/bin/sh\ncase "$*" in *type\\ vxlan*) echo "Error: Unknown device type." >&2; exit 2;; esac\nexec ${program} "$@"\n`;
  await shell.ok("mkdir -p lacking && cat > lacking/ip && chmod +x lacking/ip", { input: script });
  const said = await shell.fails(`PATH="$PWD/lacking:$PATH" ${command}`);
  assert.match(
    said,
    /^wherry: this machine's kernel makes no VXLAN device: load its module vxlan, .* Unknown device type/,
  );
  assert(!existsSync(data));
}

function pod(index: number, node: string): string {
  const script = `mkdir /www && echo here is ${index} > /www/index.html && exec httpd -f -p 8080 -h /www`;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `web-${index}`, labels: { app: `web-${index}` } },
    spec: {
      nodeName: node,
      containers: [
        {
          name: "web",
          image: "busybox",
          command: ["sh", "-c", script],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        },
      ],
    },
  });
}
