/** A cluster of both IP families on two nodes: what people and pods see of it. */
import assert from "node:assert/strict";
import test from "node:test";
import { type Cluster, startCluster, whyNoCluster } from "../cluster.ts";
import { hasIpv6 } from "../../src/host/node/machine/ipv6.ts";
import { startPeer } from "../../src/host/node/nftables/testing/lab.ts";
import { connectToFabric } from "./fabric-client.ts";

const APP = `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: busybox
          command: [sh, -c, "mkdir /www; echo v1 - $HOSTNAME > /www/index.html; exec httpd -f -p 3000 -h /www"]
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
      containers:
        - name: box
          image: busybox
          command: [sleep, infinity]
          env:
            - { name: POD_IPS, valueFrom: { fieldRef: { fieldPath: status.podIPs } } }
            - { name: HOST_IPS, valueFrom: { fieldRef: { fieldPath: status.hostIPs } } }
---
apiVersion: v1
kind: Service
metadata: { name: both }
spec:
  type: NodePort
  ipFamilyPolicy: PreferDualStack
  selector: { app: web }
  ports: [{ port: 80, targetPort: 3000, nodePort: 30080 }]
---
apiVersion: v1
kind: Service
metadata: { name: plain }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 3000 }] }
---
apiVersion: v1
kind: Service
metadata: { name: six }
spec: { ipFamilies: [IPv6], selector: { app: web }, ports: [{ port: 80, targetPort: 3000 }] }
---
apiVersion: v1
kind: Service
metadata: { name: peers }
spec: { clusterIP: None, ipFamilyPolicy: RequireDualStack, selector: { app: web }, ports: [{ port: 3000 }] }
`;

const why = (await whyNoCluster()) ?? (hasIpv6() ? undefined : "this machine's kernel has no IPv6");

for (const network of ["auto", "vxlan"]) {
  test(`Both IP families on two nodes, --network ${network}`, { skip: why ?? false }, async (t) => {
    const up = ["--nodes 2", "--dual-stack", `--network ${network}`];
    await using cluster = await startCluster(["busybox"], { up });
    const { shell, nodeShell, nodeName } = cluster;
    const nodes = [nodeName, `${nodeName}-2`];

    await t.test("nodes and pods have addresses of both", async () => {
      for (const [index, name] of nodes.entries()) {
        const { spec, status } = await read<NodeView>(cluster, `node ${name}`);
        assert.deepEqual(spec.podCIDRs, [
          `10.244.${index}.0/24`,
          index === 0 ? "fd00:10:244::/64" : "fd00:10:244:1::/64",
        ]);
        const addresses = status.addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address);
        assert.deepEqual(addresses.map(familyOf), ["IPv4", "IPv6"], String(addresses));
      }
      await shell.ok("kubectl apply -f -", { input: APP });
      await shell.ok("kubectl rollout status daemonset/web --timeout=60s");
      await shell.ok("kubectl rollout status daemonset/box --timeout=60s");
      for (const pod of await podsOf(cluster, "app=box")) {
        const { status } = await read<PodView>(cluster, pod);
        const ips = status.podIPs.map(({ ip }) => ip);
        assert.deepEqual(ips.map(familyOf), ["IPv4", "IPv6"]);
        assert.equal(status.podIP, ips[0]);
        const hostIps = status.hostIPs.map(({ ip }) => ip);
        assert.deepEqual(hostIps.map(familyOf), ["IPv4", "IPv6"]);
        const seen = await shell.ok(`kubectl exec ${pod} -- sh -c 'echo $POD_IPS $HOST_IPS; cat /etc/hosts'`);
        assert(seen.startsWith(`${ips.join(",")} ${hostIps.join(",")}\n`), seen);
        for (const ip of ips) assert(seen.includes(`\n${ip}\t`), seen);
      }
    });

    await t.test("pods reach pods of both nodes by each of their addresses", async () => {
      const targets = await addressesOf(cluster, "app=web");
      assert.equal(targets.length, 4);
      for (const pod of await podsOf(cluster, "app=box")) {
        const script = targets.map((ip) => `wget -qO- http://${inUrl(ip)}:3000 && echo`).join(" && ");
        assert.equal((await shell.ok(`kubectl exec ${pod} -- sh -c '${script}'`)).match(/^v1 - web-/gm)?.length, 4);
      }
      // So does the node itself.
      for (const ip of targets) assert.match(await nodeShell.ok(get(`http://${inUrl(ip)}:3000`)), /^v1 - web-/);
    });

    await t.test("a Service that prefers both is answered over both, others keep to theirs", async () => {
      const both = await read<ServiceView>(cluster, "service both");
      assert.deepEqual(both.spec.ipFamilies, ["IPv4", "IPv6"]);
      assert.deepEqual((await read<ServiceView>(cluster, "service plain")).spec.ipFamilies, ["IPv4"]);
      const six = await read<ServiceView>(cluster, "service six");
      assert.deepEqual(six.spec.clusterIPs.map(familyOf), ["IPv6"]);
      const slices =
        "kubectl get endpointslices -l kubernetes.io/service-name=both -o jsonpath='{.items[*].addressType}'";
      assert.deepEqual((await shell.ok(slices)).split(" ").toSorted(), ["IPv4", "IPv6"]);
      const addresses = [...both.spec.clusterIPs, ...six.spec.clusterIPs];
      const script = addresses.map((ip) => many(`wget -qO- http://${inUrl(ip)}`, 20)).join(" && ");
      for (const pod of await podsOf(cluster, "app=box")) {
        const answers = await shell.ok(`kubectl exec ${pod} -- sh -c '${script}'`);
        assert.equal(answers.match(/^v1 - web-/gm)?.length, 60);
        assert.equal(new Set(answers.match(/web-\S+/g)).size, 2, "pods of both nodes answer");
      }
      for (const ip of addresses) assert.match(await nodeShell.ok(get(`http://${inUrl(ip)}`)), /^v1 - web-/);
    });

    await t.test("names have addresses of both", async () => {
      const { spec } = await read<ServiceView>(cluster, "service both");
      const targets = await addressesOf(cluster, "app=web");
      const [pod] = await podsOf(cluster, "app=box");
      const look = async (name: string) => await shell.ok(`kubectl exec ${pod} -- nslookup ${name}`);
      const both = await look("both.default.svc.cluster.local");
      for (const ip of spec.clusterIPs) assert(both.includes(ip), both);
      const peers = await look("peers.default.svc.cluster.local");
      for (const ip of targets) assert(peers.includes(ip), peers);
      assert.match(
        await shell.ok(`kubectl exec ${pod} -- wget -qO- http://six.default.svc.cluster.local`),
        /^v1 - web-/,
      );
    });

    await t.test("a node port answers at every node's address of each family", async () => {
      const list = `kubectl get nodes -o jsonpath='{.items[*].status.addresses[?(@.type=="InternalIP")].address}'`;
      const addresses = (await shell.ok(list)).split(" ");
      assert.equal(addresses.length, 4);
      for (const address of addresses) {
        const answers = await nodeShell.ok(many(get(`http://${inUrl(address)}:30080`), 20));
        assert.equal(new Set(answers.match(/web-\S+/g)).size, 2, answers);
      }
    });

    await t.test("what pods send out of the cluster goes under their node's address", async () => {
      await using outside = await connectToFabric(cluster.machine, "10.89.0.250/24", "fd00:10:89::250/64");
      await using _server = await startPeer("outside", outside.enter);
      for (const pod of await podsOf(cluster, "app=box")) {
        for (const [target, network] of [
          ["10.89.0.250", "10.89.0."],
          ["fd00:10:89::250", "fd00:10:89::"],
        ] as const) {
          const answer = await shell.ok(`kubectl exec ${pod} -- sh -c 'timeout 1 nc ${target} 8080 < /dev/null; true'`);
          assert(answer.startsWith(`outside ${network}`), answer);
        }
      }
    });

    await t.test("a Service lets go of its second family, and takes it again", async () => {
      const { spec } = await read<ServiceView>(cluster, "service both");
      const second = spec.clusterIPs[1]!;
      const policy = (name: string) =>
        shell.ok(`kubectl patch service both --type merge -p '{"spec":{"ipFamilyPolicy":"${name}"}}'`);
      await policy("SingleStack");
      await nodeShell.until(`${get(`http://${inUrl(second)}`)}; true`, (answer) => !answer.includes("v1 - web-"));
      assert.match(await nodeShell.ok(get(`http://${spec.clusterIPs[0]}`)), /^v1 - web-/);
      await policy("PreferDualStack");
      const again = (await read<ServiceView>(cluster, "service both")).spec.clusterIPs[1]!;
      await nodeShell.until(get(`http://${inUrl(again)}`), /^v1 - web-/);
    });

    await t.test("reset leaves nothing of it on the machine", async () => {
      await nodeShell.ok("wherry reset --yes");
      const left = "ip -brief address; ip route; ip -6 route; nft list tables; ip -6 neighbour";
      assert.doesNotMatch(await nodeShell.ok(left), /10\.89\.|10\.244\.|fd00:10|wherry/);
    });
  });
}

interface NodeView {
  readonly spec: { readonly podCIDRs: readonly string[] };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

interface PodView {
  readonly status: {
    readonly podIP: string;
    readonly podIPs: readonly { readonly ip: string }[];
    readonly hostIPs: readonly { readonly ip: string }[];
  };
}

interface ServiceView {
  readonly spec: { readonly clusterIPs: readonly string[]; readonly ipFamilies: readonly string[] };
}

async function read<T>({ shell }: Cluster, what: string): Promise<T> {
  return JSON.parse(await shell.ok(`kubectl get ${what} -o json`)) as T;
}

async function podsOf({ shell }: Cluster, selector: string): Promise<readonly string[]> {
  return (await shell.ok(`kubectl get pods -l ${selector} -o name`)).trim().split("\n");
}

async function addressesOf({ shell }: Cluster, selector: string): Promise<readonly string[]> {
  return (await shell.ok(`kubectl get pods -l ${selector} -o jsonpath='{.items[*].status.podIPs[*].ip}'`)).split(" ");
}

function familyOf(address: string): string {
  return address.includes(":") ? "IPv6" : "IPv4";
}

function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function get(url: string): string {
  return `curl -gsS --max-time 3 '${url}'`;
}

function many(command: string, count: number): string {
  return `for i in $(seq ${count}); do ${command} || exit 1; echo; done`;
}
