import assert from "node:assert/strict";
import { columns, story, table } from "./story.ts";

const COUNTER = `apiVersion: v1
kind: Pod
metadata:
  name: counter
  labels:
    app: counter
    tier: app
spec:
  containers:
    - name: app
      image: ghcr.io/subicura/counter:latest
      imagePullPolicy: IfNotPresent
      env:
        - name: REDIS_HOST
          value: "localhost"
    - name: db
      image: redis:3.2
`;

const ECHO_RS = `apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: echo-rs
spec:
  replicas: 1
  selector:
    matchLabels:
      app: echo
      tier: app
  template:
    metadata:
      labels:
        app: echo
        tier: app
    spec:
      containers:
        - name: echo
          image: ghcr.io/subicura/echo:v1
`;

const COUNTER_NP = `apiVersion: v1
kind: Service
metadata:
  name: counter-np
spec:
  type: NodePort
  ports:
    - port: 3000
      protocol: TCP
      nodePort: 31000
  selector:
    app: counter
    tier: app
`;

const COUNTER_LB = `apiVersion: v1
kind: Service
metadata:
  name: counter-lb
spec:
  type: LoadBalancer
  ports:
    - port: 30000
      targetPort: 3000
      protocol: TCP
  selector:
    app: counter
    tier: app
`;

story(
  "The counter, the echo and their Services",
  ["redis:3.2", "ghcr.io/subicura/echo:v1", "ghcr.io/subicura/echo:v2", "ghcr.io/subicura/counter:latest"],
  [
    [
      "what a manifest must have",
      async ({ shell }) => {
        const input = COUNTER.replace("  name: counter\n", "");
        assert.match(await shell.fails("kubectl apply -f -", { input }), /resource name may not be empty/);
        const noSpec = "apiVersion: v1\nkind: Pod\nmetadata: { name: empty }\n";
        assert.match(
          await shell.fails("kubectl apply -f -", { input: noSpec }),
          /The Pod "empty" is invalid: spec\.containers: Required value/,
        );
        const unknown = COUNTER.replace("containers:", "containres:");
        assert.match(await shell.fails("kubectl apply -f -", { input: unknown }), /unknown field "spec\.containres"/);
      },
    ],
    [
      "two containers of a pod talk over localhost",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: COUNTER });
        await shell.ok("kubectl wait --for=condition=Ready pod/counter --timeout=30s");
        assert.equal(await shell.until("kubectl exec counter -c app -- wget -qO- localhost:3000", /^\d+\n$/), "1\n");
        assert.equal(await shell.ok("kubectl exec counter -c db -- redis-cli get count"), "1\n");
        assert.equal(await shell.ok("kubectl exec counter -c app -- sh -c 'echo $REDIS_HOST'"), "localhost\n");
        assert.match(
          await shell.fails("kubectl logs counter -c nothing"),
          /container nothing is not valid for pod counter/,
        );
        assert.match(await shell.ok("kubectl logs counter -c db"), /Ready to accept connections/);
      },
    ],
    [
      "a ReplicaSet tells its pods by their labels",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: ECHO_RS });
        await shell.until("kubectl get rs echo-rs", /echo-rs +1 +1 +1 /);
        const shown = await shell.ok("kubectl get pod --show-labels");
        assert.deepEqual(columns(shown).at(-1), "LABELS");
        const echo = table(shown).find(({ NAME }) => NAME!.startsWith("echo-rs-"))!;
        assert.equal(echo["LABELS"], "app=echo,tier=app");
        // Without its label the pod is not the set's any more: another one is made.
        assert.equal(await shell.ok(`kubectl label pod/${echo["NAME"]} app-`), `pod/${echo["NAME"]} unlabeled\n`);
        await shell.until("kubectl get pods -l tier=app,app=echo --no-headers", /echo-rs-\w+ +1\/1 +Running/);
        assert.equal(await shell.ok(`kubectl get pod ${echo["NAME"]} -o jsonpath={.metadata.ownerReferences}`), "");
        // With it again there is one too many, and one goes.
        await shell.ok(`kubectl label pod/${echo["NAME"]} app=echo`);
        await shell.until("kubectl get pods -l app=echo --no-headers", (text) => text.trim().split("\n").length === 1);
        assert.match(
          await shell.fails(`kubectl label pod/counter app=other`),
          /'app' already has a value \(counter\), and --overwrite is false/,
        );
      },
    ],
    [
      "scaled out, and asked for by label",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: ECHO_RS.replace("replicas: 1", "replicas: 3") });
        await shell.until("kubectl get rs echo-rs -o jsonpath={.status.readyReplicas}", /^3$/);
        const count = async (selector: string) =>
          (await shell.ok(`kubectl get pods -l '${selector}' -o name`)).split("\n").length - 1;
        assert.equal(await count("app=echo"), 3);
        assert.equal(await count("app in (echo, counter)"), 4);
        assert.equal(await count("app!=echo"), 1);
        assert.equal(await count("app notin (echo),tier"), 1);
        assert.equal(await count("!app"), 0);
        await shell.ok("kubectl delete rs -l app=nothing");
        await shell.ok("kubectl delete rs echo-rs");
        await shell.ok("kubectl wait --for=delete pod -l app=echo --timeout=30s");
      },
    ],
    [
      "a NodePort, on the node's address",
      async ({ shell, address }) => {
        await shell.ok("kubectl apply -f -", { input: COUNTER_NP });
        const row = table(await shell.ok("kubectl get svc counter-np"))[0]!;
        assert.equal(row["PORT(S)"], "3000:31000/TCP");
        assert.equal(row["TYPE"], "NodePort");
        assert.match(row["CLUSTER-IP"]!, /^10\.96\./);
        assert.match(await shell.until(`curl -sS --max-time 5 http://${address}:31000`, /^\d+$/m), /^\d+\n$/);
        const taken = COUNTER_NP.replace("counter-np", "second");
        assert.match(
          await shell.fails("kubectl apply -f -", { input: taken }),
          /The Service "second" is invalid: spec\.ports\[0\]\.nodePort: Invalid value: 31000: provided port is already allocated/,
        );
        const outside = taken.replace("31000", "80");
        assert.match(
          await shell.fails("kubectl apply -f -", { input: outside }),
          /provided port is not in the valid range\. The range of valid ports is 30000-32767/,
        );
      },
    ],
    [
      "a load balancer's Service has a port of its own on each node",
      async ({ shell, address }) => {
        await shell.ok("kubectl apply -f -", { input: COUNTER_LB });
        const row = table(await shell.ok("kubectl get svc counter-lb"))[0]!;
        assert.equal(row["TYPE"], "LoadBalancer");
        const port = /^30000:(\d+)\/TCP$/.exec(row["PORT(S)"]!)![1]!;
        assert.ok(Number(port) >= 30000 && Number(port) <= 32767);
        await shell.until(`curl -sS --max-time 5 http://${address}:${port}`, /^\d+$/m);
        const told = await shell.ok("kubectl describe svc counter-lb");
        assert.match(told, /^Type: +LoadBalancer$/m);
        assert.match(told, /^Endpoints: +10\.244\.0\.\d+:3000$/m);
        assert.match(told, /^TargetPort: +3000\/TCP$/m);
        await shell.ok("kubectl delete svc counter-np counter-lb");
        await shell.until(
          `curl -sS --max-time 2 http://${address}:31000 >/dev/null 2>&1 && echo open || echo closed`,
          /closed/,
        );
        await shell.ok("kubectl delete pod counter --now");
      },
    ],
  ],
);
