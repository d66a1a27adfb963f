/** A machine that joins a cluster elsewhere, by a token and nothing else. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { placesOf } from "../../src/cluster/places.ts";
import { whyNoCluster } from "../cluster.ts";
import { reachPodsFromAfar } from "./pods-from-afar.ts";
import { twoMachines } from "./two-machines.ts";

const PODS = `apiVersion: v1
kind: Pod
metadata: { name: counter }
spec:
  containers:
    - name: counter
      image: busybox
      command: [sh, -c, "i=0; while true; do echo line $i; i=$((i+1)); sleep 0.2; done"]
      readinessProbe: { exec: { command: ["true"] }, periodSeconds: 1 }
---
apiVersion: v1
kind: Pod
metadata: { name: brittle }
spec:
  containers: [{ name: brittle, image: busybox, command: [sh, -c, "until [ -e /tmp/end ]; do sleep 0.1; done"] }]
`;

/** As far as it is looked at here. */
interface Summary {
  readonly node: { readonly nodeName: string; readonly memory: { readonly workingSetBytes: number } };
  readonly pods: readonly {
    readonly podRef: { readonly name: string };
    readonly cpu: { readonly usageCoreNanoSeconds: number };
  }[];
}

const why = await whyNoCluster();

test("A machine joins a cluster elsewhere by a token", { skip: why ?? false }, async (t) => {
  await using machines = await twoMachines(["busybox", "nginx"]);
  const { control, worker, shell, archives } = machines;
  await machines.up("--no-node");
  const name = `${worker.machine.name}-node`;
  const command = (await control.shell.ok("wherry token create --print-join-command")).trim();
  const { credentials, podLogs } = placesOf(worker.data).node(name);

  await t.test("without a node, the control plane lists none", async () => {
    assert.equal(await shell.ok("kubectl get nodes -o name"), "");
    assert.match(await worker.shell.fails(`ls ${control.data}`), /No such file/);
  });

  await t.test("what is wrong is said in a sentence, and changes nothing", async () => {
    const other = command.replace(/sha256:.*/, `sha256:${"0".repeat(64)}`);
    const unknown = command.replace(/--token \S+/, "--token aaaaaa.0123456789abcdef");
    const nobody = command.replace(/--server \S+/, "--server https://127.0.0.1:1");
    assert.match(await worker.shell.fails(`${other} --node-name ${name}`), /^wherry: the authority of .* is sha256:/);
    assert.match(await worker.shell.fails(`${unknown} --node-name ${name}`), /does not know the token aaaaaa/);
    assert.match(await worker.shell.fails(`${unknown} --detach`), /^wherry: .* does not know the token aaaaaa/);
    assert.match(await worker.shell.fails(`${nobody} --node-name ${name}`), /^wherry: cannot reach https:/);
    assert.match(await worker.shell.fails("wherry agent"), /has not joined a cluster as/);
    assert.match(await worker.shell.fails(`${command} --node-ip 192.0.2.9`), /192.0.2.9 is no address of this machine/);
    const listens = 'require("net").createServer().listen(10250, () => console.log("listens"))';
    await using taken = worker.shell.background(`${process.execPath} -e '${listens}'`);
    await taken.shows(/listens/);
    assert.match(await worker.shell.fails(command), /port 10250 is in use on this machine/);
    await taken.stop();
    await worker.shell.ok(
      "ip link add inner type bridge && ip address add 10.244.7.1/24 dev inner && ip link set inner up",
    );
    assert.match(
      await worker.shell.fails(command),
      /network for pods, 10.244.0.0.16, overlaps 10.244.7.1.24, .* on inner/,
    );
    await worker.shell.ok("ip link delete inner");
    assert(!existsSync(worker.data));
    assert.equal(await shell.ok("kubectl get csr -o name"), "");
  });

  await t.test("joins, and runs what is bound to it", async () => {
    await worker.shell.ok(`${command} --detach --node-name ${name} --label disk=ssd --taint a=b:PreferNoSchedule`);
    await worker.shell.ok(`wherry image load ${archives.join(" ")}`);
    assert.match(await shell.ok("kubectl get nodes --show-labels"), new RegExp(`^${name} +Ready.*disk=ssd`, "m"));
    assert.equal(await shell.ok("kubectl get nodes -o jsonpath={.items[0].spec.taints[0].key}"), "a");
    await shell.ok("kubectl apply -f -", { input: PODS });
    await shell.ok("kubectl wait --for=condition=Ready pod/counter pod/brittle --timeout=60s");
  });

  await t.test("logs and exec reach it, by the certificate that the cluster signed", async () => {
    assert.match(await shell.until("kubectl logs counter", /line 1/), /^line 0$/m);
    assert.equal(await shell.ok("kubectl exec counter -- echo here"), "here\n");
    const signed = "kubectl get csr -o jsonpath='{.items[*].spec.signerName}'";
    assert.match(await shell.ok(signed), /kubernetes.io\/kubelet-serving/);
    assert.match(await worker.shell.ok("wherry status"), new RegExp(`^${name} +Ready`, "m"));
  });

  await t.test("its own API, by the API server", async () => {
    const raw = (path: string) => shell.ok(`kubectl get --raw /api/v1/nodes/${name}/proxy/${path}`);
    assert.equal(await raw("healthz"), "ok");
    assert.match(await raw("pods"), /"name":"counter"/);
    assert.match(await raw("runningpods/"), /"name":"counter"/);
    assert.match(await raw("configz"), /"clusterDomain":"cluster.local"/);
    assert.match(await raw("metrics"), new RegExp(`^kubelet_node_name{node="${name}"} 1$`, "m"));
    assert.match(await raw("metrics/cadvisor"), /^container_memory_rss\{container="counter",/m);
    assert.match(await raw("metrics/resource"), /^pod_cpu_usage_seconds_total\{namespace="default",pod="counter"\} /m);
    assert.match(
      await raw("metrics/probes"),
      /^prober_probe_total\{container="counter",.*result="successful"\} [1-9]/m,
    );
    assert.match(await raw("logs/"), /^<pre>$/m);
    const summary = JSON.parse(await raw("stats/summary")) as Summary;
    assert.equal(summary.node.nodeName, name);
    assert(summary.node.memory.workingSetBytes > 1e6);
    assert(summary.pods.find(({ podRef }) => podRef.name === "counter")!.cpu.usageCoreNanoSeconds > 0);
  });

  await t.test("its pods, by the API server, whose machine has no route to them", async () => {
    assert.match(await control.shell.ok("ip route get 10.244.0.5 2>&1; true"), /No route to host/);
    await reachPodsFromAfar(shell);
  });

  await t.test("its own API, by whoever has the right", async () => {
    const ca = join(credentials, "ca.crt");
    const token = (await shell.ok("kubectl create token default")).trim();
    const ask = (path: string, header = `Authorization: Bearer ${token}`) =>
      worker.shell.ok(`curl -sS --cacert ${ca} -H '${header}' https://${worker.machine.address}:10250/${path}`);
    assert.equal(await ask("pods", "X: y"), "Unauthorized");
    assert.equal(await ask("pods", "Authorization: Bearer nonsense"), "Unauthorized");
    const who = "user=system:serviceaccount:default:default, verb=get, resource=nodes";
    assert.equal(await ask("configz"), `Forbidden (${who}, subresource(s)=[configz proxy])\n`);
    await shell.ok("kubectl create clusterrole sees --verb=get --resource=nodes/pods,nodes/metrics");
    await shell.ok("kubectl create clusterrolebinding sees --clusterrole=sees --serviceaccount=default:default");
    assert.match(await ask("pods"), /"kind":"PodList"/);
    assert.match(await ask("metrics"), /^kubelet_running_pods 2$/m);
    assert.equal(await ask("stats/summary"), `Forbidden (${who}, subresource(s)=[stats])\n`);
  });

  await t.test("its certificate acts for no other node, and reads nobody's secrets", async () => {
    const pem = join(credentials, "kubelet.pem");
    const server = `--server=https://${control.machine.address}:6443 --certificate-authority=${join(credentials, "ca.crt")}`;
    const asNode = `kubectl --kubeconfig=/dev/null ${server} --client-certificate=${pem} --client-key=${pem}`;
    assert.match(await worker.shell.ok(`${asNode} auth whoami`), new RegExp(`system:node:${name}`));
    const node = '{"apiVersion":"v1","kind":"Node","metadata":{"name":"other"}}';
    const refused = await worker.shell.fails(`${asNode} create -f -`, { input: node });
    assert.match(refused, new RegExp(`node "${name}" is not allowed to modify node "other"`));
    assert.match(await worker.shell.fails(`${asNode} get secrets -A`), /Forbidden/);
  });

  await t.test("the control plane is away: nothing stops, and what happened is told afterwards", async () => {
    const id = "kubectl get pod counter -o jsonpath={.status.containerStatuses[0].containerID}";
    const before = await shell.ok(id);
    const logged = async () => (await worker.shell.ok(`cat ${podLogs}/*counter*/*/*.log`)).split("\n").length;
    // It ends while nobody is there to be told.
    await shell.ok('kubectl exec brittle -- sh -c "(sleep 2; touch /tmp/end) >/dev/null 2>&1 &"');
    await control.shell.ok("wherry down");
    const then = await logged();
    await worker.shell.until(`ls ${podLogs}/*brittle*/brittle`, /1\.log/);
    await worker.shell.until(`tail -n +${then + 10} ${podLogs}/*counter*/*/*.log`, /line/);
    await machines.up("--no-node");
    await shell.until("kubectl get nodes", new RegExp(`^${name} +Ready`, "m"));
    await shell.until("kubectl get pod brittle -o jsonpath={.status.containerStatuses[0].restartCount}", /^1$/);
    assert.equal(await shell.ok(id), before);
    assert.equal(await shell.ok("kubectl exec counter -- echo here"), "here\n");
  });

  await t.test("a second start needs no token, and takes over what runs", async () => {
    const id = "kubectl get pod counter -o jsonpath={.status.containerStatuses[0].containerID}";
    const before = await shell.ok(id);
    const { pid } = JSON.parse(await worker.shell.ok("wherry status -o json")) as { readonly pid: number };
    process.kill(pid, "SIGTERM");
    await worker.shell.until("wherry status; true", /No cluster runs/);
    await worker.shell.ok(`wherry agent --detach --node-name ${name}`);
    assert.equal(await shell.ok("kubectl exec counter -- echo again"), "again\n");
    assert.equal(await shell.ok(id), before);
  });

  await t.test("what is of the control plane is done where it runs", async () => {
    for (const line of ["token create", "node add", "why node/x"])
      assert.match(await worker.shell.fails(`wherry ${line}`), /^wherry: this machine is a node of /);
  });

  await t.test("the server's machine becomes a node too: its pods get other addresses", async () => {
    await control.shell.ok("wherry down");
    const own = `${control.machine.name}-node`;
    await machines.up(`--node-name ${own}`);
    const part = (node: string) => shell.ok(`kubectl get node ${node} -o jsonpath={.spec.podCIDR}`);
    assert.equal(await part(name), "10.244.0.0/24");
    assert.equal(await part(own), "10.244.1.0/24");
    await shell.until("kubectl get nodes", new RegExp(`^${own} +Ready`, "m"));
  });
});
