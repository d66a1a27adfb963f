/** Three nodes on one machine: what people see of a cluster, and what becomes of it when a node dies. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { type Cluster, startCluster, whyNoCluster } from "../cluster.ts";
import { reachManyServices } from "./many-services.ts";
import { playServicePolicies } from "./service-policies.ts";
import { connectToFabric } from "./fabric-client.ts";

const ECHO = "ghcr.io/subicura/echo:v1";
const SOON = "operator: Exists, effect: NoExecute, tolerationSeconds: 1";
const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 6
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      tolerations:
        - { key: node.kubernetes.io/unreachable, ${SOON} }
        - { key: node.kubernetes.io/not-ready, ${SOON} }
      containers:
        - name: web
          image: ${ECHO}
          readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: box }
spec:
  selector: { matchLabels: { app: box } }
  template:
    metadata: { labels: { app: box } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: box, image: busybox, command: [sleep, infinity] }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80, targetPort: 3000, nodePort: 30080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: near }
spec:
  { type: NodePort, externalTrafficPolicy: Local, selector: { app: web }, ports: [{ port: 80, targetPort: 3000, nodePort: 30081 }] }
`;
const UP = ["--nodes 3", "--load-balancer-range 10.89.0.100-10.89.0.110", "--node-grace 16"];

const why = await whyNoCluster();

test("Three nodes on one machine", { skip: why ?? false }, async (t) => {
  await using cluster = await startCluster(["busybox", ECHO], { up: UP });
  await using client = await connectToFabric(cluster.machine, "10.89.0.250/24");
  const { shell, nodeShell, nodeName } = cluster;
  const [second, third] = [`${nodeName}-2`, `${nodeName}-3`];
  const addresses = { [nodeName]: cluster.address, [second]: "10.89.0.2", [third]: "10.89.0.3" };
  const get = (url: string) => `curl -sS --max-time 3 ${url}`;
  const many = (url: string, count: number) => `for i in $(seq ${count}); do ${get(url)} || exit 1; echo; done`;

  await t.test("all are Ready, and pods are spread over them", async () => {
    // The load balancer is to be answered by a node that can be killed.
    await shell.ok(`kubectl label node ${nodeName} node.kubernetes.io/exclude-from-external-load-balancers=`);
    await shell.ok("kubectl apply -f -", { input: APP });
    await shell.ok("kubectl rollout status deployment/web --timeout=60s");
    await shell.ok("kubectl rollout status daemonset/box --timeout=60s");
    assert.deepEqual(await nodesOf(cluster, "app=web"), { [nodeName]: 2, [second]: 2, [third]: 2 });
    assert.deepEqual(await nodesOf(cluster, "app=box"), { [nodeName]: 1, [second]: 1, [third]: 1 });
  });

  await t.test("pods reach pods of all nodes by their own addresses, and names work everywhere", async () => {
    const list = "kubectl get pods -l app=web -o jsonpath='{.items[*].status.podIP}'";
    const targets = (await shell.ok(list)).split(" ");
    for (const pod of await podsOf(cluster, "app=box")) {
      const script = targets.map((target) => `wget -qO- http://${target}:3000 && echo`).join(" && ");
      const answers = await shell.ok(`kubectl exec ${pod} -- sh -c '${script}'`);
      assert.equal(answers.match(/^v1 - web-/gm)?.length, targets.length);
      assert.match(
        await shell.ok(`kubectl exec ${pod} -- wget -qO- http://web.default.svc.cluster.local`),
        /^v1 - web-/,
      );
    }
  });

  await t.test(
    "a node port answers at every node's address, and where traffic stays local, from that node",
    async () => {
      for (const [name, address] of Object.entries(addresses)) {
        const answers = await nodeShell.ok(many(`http://${address}:30080`, 20));
        assert(new Set(answers.match(/web-\S+/g)).size > 2, answers);
        const near = new Set(
          (await client.shell.ok(many(`http://${fabricAddress(address)}:30081`, 20))).match(/web-\S+/g),
        );
        const here = await shell.ok(`kubectl get pods -l app=web -o name --field-selector spec.nodeName=${name}`);
        for (const pod of near) assert(here.includes(pod), `${pod} is not on ${name}: ${here}`);
      }
    },
  );

  const boxesOfNodes = async () => {
    const boxes = await Promise.all(
      Object.keys(addresses).map(async (node) => {
        const list = `kubectl get pods -l app=box -o name --field-selector spec.nodeName=${node}`;
        return [node, (await shell.ok(list)).trim()] as const;
      }),
    );
    return Object.fromEntries(boxes);
  };

  await t.test("a hundred Services, and a connection through each from a pod of every node", async () =>
    reachManyServices(shell, await boxesOfNodes()),
  );

  await t.test("policies of Services hold over nodes", async () => {
    await playServicePolicies({
      shell,
      nodeShell,
      clientShell: client.shell,
      nodes: Object.fromEntries(Object.entries(addresses).map(([name, own]) => [name, fabricAddress(own)])),
      boxes: await boxesOfNodes(),
    });
  });

  const jsonpath = "-o jsonpath='{.status.loadBalancer.ingress[0].ip}'";
  const balancer = await shell.until(`kubectl get service web ${jsonpath}`, /^10\.89\.0\.\d+$/);
  const hardware: Readonly<Record<string, string>> = { [second]: "0a:58:0a:59:00:02", [third]: "0a:58:0a:59:00:03" };
  const holder = async () => ((await client.hardwareOf(balancer)) === hardware[second] ? second : third);

  /** The machine beside them has been told that another node has the address. */
  const hasMovedFrom = (name: string) =>
    client.shell.until(`ip neighbour show ${balancer}`, (text) => !text.includes(hardware[name] ?? ""));

  await t.test("the load balancer answers on the machine and beside it", async () => {
    assert.match(await nodeShell.until(get(`http://${balancer}`), /web-/), /^v1 - web-/);
    assert.match(await client.shell.until(get(`http://${balancer}`), /web-/), /^v1 - web-/);
  });

  await t.test("an agent that answers no more loses the address of its node, and has it again afterwards", async () => {
    const first = await holder();
    // In brackets, lest the shell that looks is found, too.
    const agent = await nodeShell.ok(`pgrep -n -f 'agent .*"nodeName":"[${first[0]}]${first.slice(1)}"'`);
    await nodeShell.ok(`kill -STOP ${agent}`);
    try {
      const asked = Date.now();
      await hasMovedFrom(first);
      t.diagnostic(`moved after ${Date.now() - asked} ms`);
      assert.match(await client.shell.ok(get(`http://${balancer}`)), /^v1 - web-/);
    } finally {
      await nodeShell.ok(`kill -CONT ${agent}`);
    }
    await hasMovedFrom(first === second ? third : second);
    assert.match(await client.shell.ok(get(`http://${balancer}`)), /^v1 - web-/);
    assert.match(await shell.ok("kubectl get nodes"), new RegExp(`^${first} +Ready`, "m"));
  });

  await t.test(
    "a node is killed under load: its address moves, its pods come back elsewhere, and requests find them",
    async () => {
      const victim = await holder();
      const survivor = victim === second ? third : second;
      // Always from the same few ports: one from which the dead node was tried in vain comes again at once.
      const from = "--local-port 20000-20999";
      await using load = nodeShell.background(
        `while true; do ${get(`${from} http://${cluster.address}:30080`)}; echo; sleep 0.1; done`,
      );
      await load.shows(/v1 - web-/);
      const killed = Date.now();
      await nodeShell.ok(`wherry node kill ${victim}`);
      await hasMovedFrom(victim);
      t.diagnostic(`moved after ${Date.now() - killed} ms`);
      // Long before Kubernetes calls the node lost.
      assert.match(await shell.ok("kubectl get nodes"), new RegExp(`^${victim} +Ready`, "m"));
      await client.shell.until(get(`http://${balancer}`), /^v1 - web-/);
      await shell.until("kubectl get nodes", new RegExp(`^${victim} +NotReady`, "m"));
      assert.equal(await holder(), survivor);
      const ready = "kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath=";
      const there = `'{range .items[*].endpoints[?(@.conditions.ready==true)]}{.nodeName} {end}'`;
      await shell.until(`${ready}${there}`, (nodes) => !nodes.includes(victim));
      await nodeShell.until(many(`http://${cluster.address}:30080`, 30), /web-/);
      await nodeShell.ok(many(`${from} http://${cluster.address}:30080`, 200));
      assert.match(await client.shell.ok(get(`http://${balancer}`)), /^v1 - web-/);
      await shell.ok("kubectl rollout status deployment/web --timeout=60s");
      await load.stop();
      await nodeShell.ok(many(`${from} http://${cluster.address}:30080`, 100));
    },
  );

  await t.test("it comes back clean", async () => {
    const victim = await notReady(cluster);
    await nodeShell.ok(`wherry node start ${victim}`);
    await shell.until("kubectl get nodes --no-headers", (text) => !text.includes("NotReady"));
    await shell.ok("kubectl rollout status daemonset/box --timeout=60s");
    await shell.until(
      `kubectl get pods --no-headers --field-selector spec.nodeName=${victim}`,
      (pods) => /^box-\S+ +1\/1 +Running/.test(pods) && !pods.includes("Terminating"),
    );
    await shell.ok("kubectl delete pod -l app=web --wait=false");
    await shell.ok("kubectl rollout status deployment/web --timeout=60s");
    assert((await nodesOf(cluster, "app=web"))[victim]! > 0);
    await nodeShell.ok(many(`http://${cluster.address}:30080`, 50));
  });

  await t.test("a node is added, drained, shut down in order and removed", async () => {
    assert.match(await nodeShell.ok("wherry node add extra --label kind=extra --memory 1Gi"), /node extra is Ready/);
    assert.match(await shell.ok("kubectl get nodes -l kind=extra"), /^extra +Ready/m);
    // It has the images that were loaded before it was there.
    await shell.ok("kubectl rollout status daemonset/box --timeout=60s");
    await shell.ok("kubectl drain extra --ignore-daemonsets --timeout=30s");
    await nodeShell.ok("wherry node stop extra");
    const ready = "kubectl get node extra -o jsonpath='{.status.conditions[?(@.type==\"Ready\")].message}'";
    assert.equal(await shell.ok(ready), "node is shutting down");
    await nodeShell.ok("wherry node remove extra");
    assert.doesNotMatch(await shell.ok("kubectl get nodes"), /extra/);
    assert.match(await nodeShell.fails("wherry node start extra"), /there is no node extra on this machine/);
  });

  await t.test("the supervisor is killed: the next one finds all nodes and their containers", async () => {
    const ids = "kubectl get pods -l app=web -o jsonpath='{.items[*].status.containerStatuses[*].containerID}'";
    const before = await shell.ok(ids);
    const { pid } = JSON.parse(await nodeShell.ok("wherry status -o json")) as { readonly pid: number };
    process.kill(pid, "SIGKILL");
    await nodeShell.until("wherry status; true", /No cluster runs/);
    await cluster.upAgain();
    await shell.until("kubectl get nodes --no-headers", (text) => text.match(/ Ready/g)?.length === 3);
    assert.equal(await shell.ok(ids), before);
  });

  await t.test("what another cluster left on this machine is ended without harm to this one", async () => {
    const other = join(cluster.placeOf(nodeName), "../../../other");
    await nodeShell.ok(`mkdir -p ${other}/nodes/${nodeName}`);
    await nodeShell.ok(`cp ${cluster.placeOf(nodeName)}/settings.json ${other}/nodes/${nodeName}`);
    assert.match(await nodeShell.fails(`wherry up --data-dir ${other} --port 7443`), /^wherry: this machine is node /);
    await nodeShell.ok(`wherry reset --yes --data-dir ${other}`);
    assert.match(await nodeShell.ok("nft list tables"), /wherry-proxy/);
    assert.match(await nodeShell.ok("ip -brief address; ip route"), /10\.96\.0\.10[^]*10\.244\.[^]*10\.96\.0\.0/);
    assert.match(await nodeShell.ok(get(`http://${cluster.address}:30080`)), /web-/);
  });

  await t.test("down and reset leave nothing of it on the machine", async () => {
    await nodeShell.ok("wherry reset --yes");
    assert.doesNotMatch(await nodeShell.ok("ip -brief address; ip route; ip -6 route"), /10\.(89|244|96)\.|wherry/);
    assert.equal(await nodeShell.ok("nft list tables"), "");
    assert.equal(await nodeShell.ok(`find /sys/fs/cgroup -name 'wherry-${nodeName}*'`), "");
  });
});

/** The machine itself is another address on the fabric than elsewhere. */
function fabricAddress(address: string): string {
  return address.startsWith("10.89.") ? address : "10.89.0.1";
}

async function podsOf({ shell }: Cluster, selector: string): Promise<readonly string[]> {
  return (await shell.ok(`kubectl get pods -l ${selector} -o name`)).trim().split("\n");
}

/** How many pods each node has. */
async function nodesOf({ shell }: Cluster, selector: string): Promise<Readonly<Record<string, number>>> {
  const names = (await shell.ok(`kubectl get pods -l ${selector} -o jsonpath='{.items[*].spec.nodeName}'`)).split(" ");
  return Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]));
}

async function notReady({ shell }: Cluster): Promise<string> {
  const text = await shell.ok("kubectl get nodes --no-headers");
  return /^(\S+) +NotReady/m.exec(text)?.[1] ?? assert.fail(`all nodes are Ready:\n${text}`);
}
