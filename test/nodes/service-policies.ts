import assert from "node:assert/strict";
import type { Shell } from "../shell.ts";

export interface PoliciesView {
  /** On the machine itself, with kubectl. */
  readonly shell: Shell;
  /** On the first node, which is the machine under test. */
  readonly nodeShell: Shell;
  /** Beside the nodes, at 10.89.0.250. */
  readonly clientShell: Shell;
  /** By name, as the machine beside the nodes reaches them. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Pods in which commands can be run, by node. */
  readonly boxes: Readonly<Record<string, string>>;
}

const SERVICES = `apiVersion: v1
kind: Service
metadata: { name: inner }
spec: { internalTrafficPolicy: Local, selector: { app: web }, ports: [{ port: 80, targetPort: 3000 }] }
---
apiVersion: v1
kind: Service
metadata: { name: sticky }
spec:
  { type: NodePort, sessionAffinity: ClientIP, selector: { app: web }, ports: [{ port: 80, targetPort: 3000, nodePort: 30083 }] }
---
apiVersion: v1
kind: Service
metadata: { name: one }
spec: { type: LoadBalancer, externalTrafficPolicy: Local, selector: { only: here }, ports: [{ port: 80, targetPort: 3000 }] }
---
apiVersion: v1
kind: Service
metadata: { name: guarded }
spec:
  { type: LoadBalancer, loadBalancerSourceRanges: [10.89.0.250/32], selector: { app: web }, ports: [{ port: 80, targetPort: 3000 }] }
`;

const get = (url: string) => `curl -sS --max-time 2 ${url}`;
const many = (command: string, count: number) => `for i in $(seq ${count}); do ${command} || exit 1; echo; done`;
const names = (text: string) => new Set(text.match(/web-\S+/g));

/** What Services may ask for beyond being reached, on several nodes. The pods `app=web` are on all of them. */
export async function playServicePolicies(view: PoliciesView): Promise<void> {
  const { shell, nodes, boxes } = view;
  await shell.ok("kubectl apply -f -", { input: SERVICES });
  const podsOn = async (node: string) =>
    (await shell.ok(`kubectl get pods -l app=web -o name --field-selector spec.nodeName=${node}`)).replaceAll(
      "pod/",
      "",
    );

  // Inside, traffic stays on the node that it comes from; clients are remembered by each node.
  for (const [node, box] of Object.entries(boxes)) {
    const inner = `kubectl exec ${box} -- sh -c '${many("wget -qO- http://inner", 10)}'`;
    const here = await podsOn(node);
    for (const pod of names(await shell.until(inner, /web-/))) assert(here.includes(pod), `${pod} is not on ${node}`);
    const sticky = `kubectl exec ${box} -- sh -c '${many("wget -qO- http://sticky", 10)}'`;
    assert.equal(names(await shell.until(sticky, /web-/)).size, 1, node);
  }
  for (const address of Object.values(nodes))
    assert.equal(names(await view.clientShell.ok(many(get(`http://${address}:30083`), 10))).size, 1, address);

  await onlyHere(view);
  await guarded(view);
  await shell.ok("kubectl delete service inner sticky one guarded");
}

/** A Service whose traffic comes in where its one endpoint is: a balancer outside would find out by the health check. */
async function onlyHere({ shell, clientShell, nodes }: PoliciesView): Promise<void> {
  const chosen = Object.keys(nodes).at(-1)!;
  const [pod] = (await shell.ok(`kubectl get pods -l app=web -o name --field-selector spec.nodeName=${chosen}`)).split(
    "\n",
  );
  await shell.ok(`kubectl label ${pod} only=here`);
  const port = await shell.ok("kubectl get service one -o jsonpath={.spec.healthCheckNodePort}");
  for (const [node, address] of Object.entries(nodes)) {
    const count = node === chosen ? 1 : 0;
    const check = `curl -sS --max-time 2 -w ' %{http_code}' http://${address}:${port}`;
    const answer = await clientShell.until(check, (text) => text.includes(`"localEndpoints": ${count}`));
    assert.match(answer, count === 1 ? / 200$/ : / 503$/, node);
  }
  const address = await balancer(shell, "one");
  assert.match(await clientShell.until(get(`http://${address}`), /web-/), new RegExp(pod!.replace("pod/", "")));
  await shell.ok(`kubectl label ${pod} only-`);
  await clientShell.until(`! ${get(`http://${address}`)}`, (answer) => answer === "");
}

async function guarded({ shell, nodeShell, clientShell }: PoliciesView): Promise<void> {
  const address = await balancer(shell, "guarded");
  assert.match(await clientShell.until(get(`http://${address}`), /web-/), /^v1 - web-/);
  assert.match(await nodeShell.fails(get(`http://${address}`)), /timed out/);
  const everybody = '{"spec":{"loadBalancerSourceRanges":["10.89.0.0/24"]}}';
  await shell.ok(`kubectl patch service guarded -p '${everybody}'`);
  assert.match(await nodeShell.until(get(`http://${address}`), /web-/), /^v1 - web-/);
}

function balancer(shell: Shell, name: string): Promise<string> {
  return shell.until(
    `kubectl get service ${name} -o jsonpath='{.status.loadBalancer.ingress[0].ip}'`,
    /^10\.89\.0\.\d+$/,
  );
}
