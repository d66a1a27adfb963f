import assert from "node:assert/strict";
import { columns, story, table } from "./story.ts";

const CONTROLLER = `apiVersion: v1
kind: ReplicationController
metadata:
  name: app1
spec:
  replicas: 3
  selector: { app: app1 }
  template:
    metadata: { labels: { app: app1 } }
    spec:
      containers: [{ name: app1, image: "ghcr.io/subicura/echo:v1" }]
`;

const CHOOSY = `apiVersion: v1
kind: Pod
metadata:
  name: choosy
spec:
  nodeSelector: { disk: fast }
  containers: [{ name: app, image: busybox, command: [sleep, "3600"] }]
`;

const BIG = `apiVersion: v1
kind: Pod
metadata:
  name: big
spec:
  containers:
    - name: app
      image: busybox
      command: [sleep, "3600"]
      resources: { requests: { cpu: "1000", memory: 10Mi } }
`;

story(
  "The architecture: nodes, namespaces, the API and its loops",
  ["busybox", "ghcr.io/subicura/echo:v1"],
  [
    [
      "nodes",
      async ({ shell, nodeName, address }) => {
        const short = await shell.ok("kubectl get node");
        assert.deepEqual(columns(short), ["NAME", "STATUS", "ROLES", "AGE", "VERSION"]);
        const row = table(await shell.ok("kubectl get nodes -o wide"))[0]!;
        assert.deepEqual(
          [row["NAME"], row["STATUS"], row["VERSION"], row["INTERNAL-IP"]],
          [nodeName, "Ready", "v1.36.3", address],
        );
        assert.match(row["CONTAINER-RUNTIME"]!, /^containerd:\/\/\d/);
        const told = await shell.ok(`kubectl describe node ${nodeName}`);
        assert.match(told, /Ready +True .*KubeletReady +kubelet is posting ready status/);
        assert.match(told, /MemoryPressure +False .*KubeletHasSufficientMemory/);
        assert.match(told, /^Allocatable:$/m);
        assert.match(told, /^Lease:\n +HolderIdentity: +wst/m);
        assert.match(told, /kubernetes\.io\/hostname=/);
      },
    ],
    [
      "namespaces: a name twice, and gone with all that is in it",
      async ({ shell }) => {
        const names = table(await shell.ok("kubectl get namespace")).map(({ NAME, STATUS }) => [NAME, STATUS]);
        assert.deepEqual(names, [
          ["default", "Active"],
          ["kube-node-lease", "Active"],
          ["kube-public", "Active"],
          ["kube-system", "Active"],
        ]);
        assert.equal(await shell.ok("kubectl create namespace monitoring"), "namespace/monitoring created\n");
        assert.equal(
          (await shell.run("kubectl get po -n monitoring")).stderr,
          "No resources found in monitoring namespace.\n",
        );
        await shell.ok("kubectl run app --image=busybox --command -- sleep 3600");
        await shell.ok("kubectl run app -n monitoring --image=ghcr.io/subicura/echo:v1");
        await shell.ok("kubectl create configmap settings -n monitoring --from-literal=a=b");
        await shell.ok("kubectl wait --for=condition=Ready pod/app -n monitoring --timeout=30s");
        const all = table(await shell.ok("kubectl get pods -A"));
        assert.deepEqual(
          all.map(({ NAMESPACE, NAME }) => [NAMESPACE, NAME]),
          [
            ["default", "app"],
            ["monitoring", "app"],
          ],
        );
        assert.match(await shell.ok("kubectl describe namespace monitoring"), /^Status: +Active$/m);
        assert.equal(
          await shell.ok("kubectl delete namespace monitoring --timeout=60s"),
          'namespace "monitoring" deleted\n',
        );
        assert.match(
          await shell.fails("kubectl run app --image=busybox -n monitoring"),
          /namespaces "monitoring" not found/,
        );
        await shell.ok("kubectl delete pod app --now");
      },
    ],
    [
      "the one API checks permission on every request",
      async ({ shell }) => {
        assert.equal(
          await shell.fails("kubectl get pods --as=jane"),
          'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"\n',
        );
        assert.equal((await shell.run("kubectl auth can-i list pods --as=jane")).stdout, "no\n");
        assert.equal(
          await shell.ok("kubectl create role reader --verb=get,list,watch --resource=pods"),
          "role.rbac.authorization.k8s.io/reader created\n",
        );
        assert.equal(
          await shell.ok("kubectl create rolebinding jane-reads --role=reader --user=jane"),
          "rolebinding.rbac.authorization.k8s.io/jane-reads created\n",
        );
        await shell.until("kubectl auth can-i list pods --as=jane", /^yes$/m);
        await shell.ok("kubectl get pods --as=jane");
        assert.match(
          await shell.fails("kubectl delete pod nothing --as=jane"),
          /User "jane" cannot delete resource "pods" in API group "" in the namespace "default"/,
        );
        assert.match(await shell.ok("kubectl auth can-i --list --as=jane"), /^pods +\[\] +\[\] +\[get list watch\]$/m);
        assert.match(await shell.ok("kubectl auth whoami"), /Username +kubernetes-admin/);
        assert.match(await shell.ok("kubectl describe role reader"), /pods +\[\] +\[\] +\[get list watch\]/);
      },
    ],
    [
      "a REST API, which says what it is and how it is",
      async ({ shell }) => {
        assert.equal(await shell.ok("kubectl get --raw /healthz"), "ok");
        assert.equal(await shell.ok("kubectl get --raw /readyz"), "ok");
        assert.match(await shell.ok("kubectl get --raw '/readyz?verbose'"), /readyz check passed\n$/);
        assert.match(await shell.ok("kubectl version"), /^Server Version: v1\.36\.3/m);
        assert.match(await shell.ok("kubectl cluster-info"), /Kubernetes control plane.* is running at /);
        const resources = await shell.ok("kubectl api-resources");
        assert.match(resources, /^deployments +deploy +apps\/v1 +true +Deployment$/m);
        assert.match(resources, /^pods +po +v1 +true +Pod$/m);
        assert.match(resources, /^nodes +no +v1 +false +Node$/m);
        assert.match(await shell.ok("kubectl api-versions"), /^apps\/v1$/m);
        const explained = await shell.ok("kubectl explain pod.spec.containers.livenessProbe");
        assert.match(explained, /^KIND: +Pod\nVERSION: +v1$/m);
        assert.match(explained, /FIELD: livenessProbe <Probe>/);
        assert.match(explained, /Probe describes a health check to be performed against a container/);
        assert.match(await shell.ok("kubectl explain deployment.spec.strategy --recursive"), /maxSurge\t<IntOrString>/);
      },
    ],
    [
      "the scheduler weighs labels and what nodes have to give, and says why a pod waits",
      async ({ shell, nodeName }) => {
        await shell.ok("kubectl apply -f - ", { input: `${CHOOSY}---\n${BIG}` });
        const selector = /0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector/;
        assert.match(
          await shell.until("kubectl describe pod choosy", selector),
          /Warning +FailedScheduling +\d+s .*default-scheduler/,
        );
        // Whoever names the node passes the scheduler by, and is refused by the node itself.
        const forced = CHOOSY.replace("choosy", "forced").replace("spec:\n", `spec:\n  nodeName: ${nodeName}\n`);
        await shell.ok("kubectl apply -f -", { input: forced });
        await shell.until("kubectl get pod forced", /forced +0\/1 +NodeAffinity +0 /);
        await shell.ok("kubectl delete pod forced --now");
        await shell.until("kubectl describe pod big", /0\/1 nodes are available: 1 Insufficient cpu/);
        assert.match(await shell.ok("kubectl get pod big"), /big +0\/1 +Pending +0 /);
        assert.equal(await shell.ok(`kubectl label node ${nodeName} disk=fast`), `node/${nodeName} labeled\n`);
        await shell.ok("kubectl wait --for=condition=Ready pod/choosy --timeout=30s");
        await shell.ok("kubectl delete pod choosy big --now");
        assert.equal(await shell.ok(`kubectl cordon ${nodeName}`), `node/${nodeName} cordoned\n`);
        assert.match(await shell.ok("kubectl get nodes"), /Ready,SchedulingDisabled/);
        await shell.ok("kubectl run later --image=busybox --command -- sleep 3600");
        await shell.until("kubectl describe pod later", /1 node\(s\) were unschedulable/);
        await shell.ok(`kubectl uncordon ${nodeName}`);
        await shell.ok("kubectl wait --for=condition=Ready pod/later --timeout=30s");
        await shell.ok(`kubectl taint node ${nodeName} key=value:NoSchedule`);
        await shell.ok("kubectl run tainted --image=busybox --command -- sleep 3600");
        await shell.until("kubectl describe pod tainted", /1 node\(s\) had untolerated taint\(s\)/);
        await shell.ok(`kubectl taint node ${nodeName} key-`);
        await shell.ok("kubectl wait --for=condition=Ready pod/tainted --timeout=30s");
        await shell.ok("kubectl delete pod later tainted --now");
      },
    ],
    [
      "a ReplicationController: observe, diff, act, for ever",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: CONTROLLER });
        await shell.until("kubectl get rc app1", /app1 +3 +3 +3 /);
        const wide = table(await shell.ok("kubectl get rc -o wide"))[0]!;
        assert.deepEqual(
          [wide["CONTAINERS"], wide["IMAGES"], wide["SELECTOR"]],
          ["app1", "ghcr.io/subicura/echo:v1", "app=app1"],
        );
        await using watching = shell.background("kubectl get pods -l app=app1 -w");
        await watching.shows(/(app1-.*\n){3}/);
        const [first] = (await shell.ok("kubectl get pods -l app=app1 -o name")).split("\n");
        await shell.ok(`kubectl delete ${first} --now`);
        await watching.shows(/Pending[^]*Running/);
        await shell.until("kubectl get rc app1", /app1 +3 +3 +3 /);
        const { stdout } = await watching.stop();
        assert.match(stdout, /Terminating/);
        assert.match(stdout, /Pending/);
        assert.equal(await shell.ok("kubectl scale rc app1 --replicas=1"), "replicationcontroller/app1 scaled\n");
        await shell.until("kubectl get rc app1", /app1 +1 +1 +1 /);
        assert.match(await shell.ok("kubectl describe rc app1"), /^Replicas: +1 current \/ 1 desired$/m);
        await shell.ok("kubectl delete rc app1");
        await shell.ok("kubectl wait --for=delete pod -l app=app1 --timeout=30s");
      },
    ],
    [
      "several programs run apart from what is asked of them: endpoints follow pods",
      async ({ shell }) => {
        await shell.ok("kubectl create deployment web --image=ghcr.io/subicura/echo:v1 --replicas=2");
        await shell.ok("kubectl expose deployment web --port=80 --target-port=3000");
        await shell.until(
          "kubectl get endpoints web --no-headers 2>/dev/null",
          /web +10\.244\.0\.\d+:3000,10\.244\.0\.\d+:3000 /,
        );
        const slice = table(await shell.ok("kubectl get endpointslices -l kubernetes.io/service-name=web"))[0]!;
        assert.equal(slice["ADDRESSTYPE"], "IPv4");
        assert.equal(slice["PORTS"], "3000");
        assert.match(await shell.ok("kubectl describe endpoints web 2>/dev/null"), /Addresses: +10\./);
        await shell.ok("kubectl delete deployment,service web");
        await shell.until("kubectl get endpointslices -l kubernetes.io/service-name=web 2>&1", /No resources found/);
      },
    ],
    [
      "deletion goes downwards at once, from below, or leaves what is below alone",
      async ({ shell }) => {
        const create = "kubectl create deployment tree --image=ghcr.io/subicura/echo:v1";
        const sets = "kubectl get rs -l app=tree -o name";
        await shell.ok(`${create} && kubectl wait --for=condition=Available deployment/tree --timeout=40s`);
        await shell.ok("kubectl delete deployment tree --cascade=orphan");
        const [set = ""] = (await shell.ok(sets)).trim().split("\n");
        assert.equal(await shell.ok(`kubectl get ${set} -o jsonpath={.metadata.ownerReferences}`), "");
        // A Deployment of the same selector takes the orphan up again.
        await shell.ok(`${create} && kubectl wait --for=condition=Available deployment/tree --timeout=40s`);
        assert.equal((await shell.ok(sets)).trim(), set);
        await shell.until(`kubectl get ${set} -o jsonpath={.metadata.ownerReferences[0].kind}`, /^Deployment$/);
        await shell.ok("kubectl delete deployment tree --cascade=foreground --timeout=60s");
        assert.equal(await shell.ok("kubectl get rs,pods -l app=tree -o name"), "");
      },
    ],
  ],
);
