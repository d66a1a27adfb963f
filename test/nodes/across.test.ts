/** Pods of two machines, one of which joined the other's cluster: they reach each other, by address, Service and name. */
import assert from "node:assert/strict";
import test from "node:test";
import { whyNoCluster } from "../cluster.ts";
import { twoMachines } from "./two-machines.ts";

const MODES: readonly (readonly [words: string, how: string])[] = [
  ["", "by routes, since the machines share a link"],
  ["--network vxlan", "by VXLAN"],
];

const why = await whyNoCluster();

for (const [words, how] of MODES) {
  test(`Pods of two machines reach each other ${how}`, { skip: why ?? false }, async (t) => {
    await using machines = await twoMachines(["busybox"]);
    const { control, worker, shell, archives } = machines;
    const nodes = [control, worker].map(({ machine }) => `${machine.name}-node`);
    await machines.up(`--node-name ${nodes[0]} ${words}`);
    const command = (await control.shell.ok("wherry token create --print-join-command")).trim();
    await worker.shell.ok(`${command} --detach --node-name ${nodes[1]}`);
    for (const one of [control, worker]) await one.shell.ok(`wherry image load ${archives.join(" ")}`);

    await t.test("each node has a part of the pods' network of its own", async () => {
      const parts = await shell.ok("kubectl get nodes -o jsonpath='{.items[*].spec.podCIDR}'");
      assert.deepEqual(parts.split(" ").toSorted(), ["10.244.0.0/24", "10.244.1.0/24"]);
    });

    await t.test("pods on both", async () => {
      for (const [index, node] of nodes.entries()) await shell.ok("kubectl apply -f -", { input: pod(index, node) });
      await shell.ok("kubectl expose pod web-0 --port 80 --target-port 8080");
      await shell.ok("kubectl expose pod web-1 --port 80 --target-port 8080");
      await shell.ok("kubectl wait --for=condition=Ready pod/web-0 pod/web-1 --timeout=60s");
    });

    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      await t.test(`from the one on ${from === 0 ? "the server's machine" : "the other"} to the other`, async () => {
        const address = await shell.ok(`kubectl get pod web-${to} -o jsonpath={.status.podIP}`);
        const service = await shell.ok(`kubectl get service web-${to} -o jsonpath={.spec.clusterIP}`);
        const get = (url: string) => shell.until(`kubectl exec web-${from} -- wget -qO- http://${url}/`, /./);
        assert.equal(await get(`${address}:8080`), `here is ${to}\n`);
        assert.equal(await get(service), `here is ${to}\n`);
        assert.equal(await get(`web-${to}.default.svc.cluster.local`), `here is ${to}\n`);
      });
    }

    await t.test("the API server reaches pods on both, and a node's pods reach it", async () => {
      for (const index of [0, 1])
        assert.equal(
          await shell.ok(`kubectl get --raw /api/v1/namespaces/default/pods/web-${index}:8080/proxy/`),
          `here is ${index}\n`,
        );
      await shell.ok("kubectl exec web-1 -- sh -c 'nc -w 5 kubernetes.default.svc.cluster.local 443 </dev/null'");
    });
  });
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
