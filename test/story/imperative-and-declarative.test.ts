import assert from "node:assert/strict";
import { columns, story, table } from "./story.ts";

const NGINX = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-deployment
  labels:
    app: nginx
spec:
  replicas: 3
  selector:
    matchLabels:
      app: nginx
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
        - name: nginx
          image: nginx:1.14.2
          ports:
            - containerPort: 80
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: my-service
spec:
  selector:
    app: nginx
  ports:
    - protocol: TCP
      port: 80
      targetPort: 80
`;

const SECOND = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: second-app
  labels: { group: example }
spec:
  selector:
    matchExpressions:
      - { key: app, operator: In, values: [second-app, first-app] }
  template:
    metadata: { labels: { app: second-app } }
    spec:
      containers: [{ name: echo, image: "ghcr.io/subicura/echo:v1" }]
`;

story(
  "The imperative and the declarative way",
  ["nginx:1.14.2", "nginx:1.16", "nginx:1.17", "ghcr.io/subicura/echo:v1", "ghcr.io/subicura/echo:v2"],
  [
    [
      "create deploy, expose, scale",
      async ({ shell, nodeShell }) => {
        assert.equal(
          await shell.ok("kubectl create deploy first-app --image ghcr.io/subicura/echo:v1"),
          "deployment.apps/first-app created\n",
        );
        await shell.ok("kubectl wait --for=condition=Available deployment/first-app --timeout=40s");
        assert.equal(
          await shell.ok("kubectl expose deployment first-app --type=ClusterIP --port=3000"),
          "service/first-app exposed\n",
        );
        const services = await shell.ok("kubectl get services");
        assert.deepEqual(columns(services), ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]);
        const row = table(services).find(({ NAME }) => NAME === "first-app")!;
        assert.deepEqual([row["TYPE"], row["EXTERNAL-IP"], row["PORT(S)"]], ["ClusterIP", "<none>", "3000/TCP"]);
        const curl = `curl -sS --max-time 5 http://${row["CLUSTER-IP"]}:3000`;
        assert.match(await nodeShell.until(curl, /^v1 - first-app-/), /^v1 - first-app-/);
        assert.equal(
          await shell.ok("kubectl scale deployment/first-app --replicas=3"),
          "deployment.apps/first-app scaled\n",
        );
        await shell.until("kubectl get deployment first-app", /first-app +3\/3 +3 +3 /);
        const answers = await nodeShell.until(
          `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do ${curl}; done`,
          (text) => new Set(text.trim().split("\n")).size === 3,
        );
        assert.match(answers, /v1/);
      },
    ],
    [
      "set image, rollout status, undo, undo --to-revision",
      async ({ shell }) => {
        const image = "kubectl get deployment first-app -o jsonpath={..image}";
        assert.equal(
          await shell.ok("kubectl set image deployment/first-app echo=ghcr.io/subicura/echo:v2"),
          "deployment.apps/first-app image updated\n",
        );
        assert.match(
          await shell.ok("kubectl rollout status deployment/first-app --timeout=60s"),
          /deployment "first-app" successfully rolled out/,
        );
        // An image that does not exist stops the rollout, and the old pods serve on.
        await shell.ok("kubectl set image deployment/first-app echo=localhost:1/nowhere:v3");
        await shell.until("kubectl get pods -l app=first-app", /(ErrImagePull|ImagePullBackOff)/);
        assert.match(await shell.ok("kubectl get deployment first-app"), /first-app +3\/3 +1 +3 /);
        assert.match(
          await shell.fails("kubectl rollout status deployment/first-app --timeout=1s"),
          /error: timed out waiting for the condition/,
        );
        assert.equal(
          await shell.ok("kubectl rollout undo deployment/first-app"),
          "deployment.apps/first-app rolled back\n",
        );
        await shell.ok("kubectl rollout status deployment/first-app --timeout=60s");
        assert.equal(await shell.ok(image), "ghcr.io/subicura/echo:v2");
        await shell.ok("kubectl rollout undo deployment/first-app --to-revision=1");
        await shell.ok("kubectl rollout status deployment/first-app --timeout=60s");
        assert.equal(await shell.ok(image), "ghcr.io/subicura/echo:v1");
        assert.match(await shell.ok("kubectl rollout history deployment/first-app"), /^5 +<none>$/m);
      },
    ],
    [
      "create service, of each type",
      async ({ shell, address }) => {
        assert.equal(
          await shell.ok("kubectl create service clusterip my-cs --tcp=5678:8080"),
          "service/my-cs created\n",
        );
        await shell.ok("kubectl create service nodeport my-ns --tcp=80:3000 --node-port=30080");
        await shell.ok("kubectl create service loadbalancer my-lbs --tcp=5678:8080");
        await shell.ok("kubectl create service externalname my-ens --external-name bar.com");
        await shell.ok("kubectl create service clusterip my-headless --clusterip=None --tcp=80");
        const rows = table(await shell.ok("kubectl get svc -o wide"));
        const types = Object.fromEntries(rows.map(({ NAME, TYPE }) => [NAME, TYPE]));
        assert.deepEqual(types, {
          "first-app": "ClusterIP",
          kubernetes: "ClusterIP",
          "my-cs": "ClusterIP",
          "my-ens": "ExternalName",
          "my-headless": "ClusterIP",
          "my-lbs": "LoadBalancer",
          "my-ns": "NodePort",
        });
        const row = (name: string) => rows.find(({ NAME }) => NAME === name)!;
        assert.deepEqual([row("my-ens")["CLUSTER-IP"], row("my-ens")["EXTERNAL-IP"]], ["<none>", "bar.com"]);
        assert.equal(row("my-headless")["CLUSTER-IP"], "None");
        assert.equal(row("my-ns")["PORT(S)"], "80:30080/TCP");
        assert.equal(row("my-ns")["SELECTOR"], "app=my-ns");
        await shell.ok(`kubectl set selector service my-ns app=first-app`);
        await shell.until(`curl -sS --max-time 3 http://${address}:30080`, /^v1 - first-app-/);
        await shell.ok("kubectl delete service my-cs my-ns my-lbs my-ens my-headless first-app");
        await shell.ok("kubectl delete deployment first-app");
      },
    ],
    [
      "several documents in one file; a changed file applied; deleted by file",
      async ({ shell, write, nodeShell }) => {
        write("master.yaml", `${SERVICE}---\n${NGINX}`);
        assert.equal(
          await shell.ok("kubectl apply -f master.yaml"),
          "service/my-service created\ndeployment.apps/nginx-deployment created\n",
        );
        await shell.ok("kubectl rollout status deployment/nginx-deployment --timeout=60s");
        const pods = table(await shell.ok("kubectl get pods -l app=nginx -o wide"));
        assert.equal(pods.length, 3);
        const ip = await shell.ok("kubectl get svc my-service -o jsonpath={.spec.clusterIP}");
        await nodeShell.until(`curl -sS --max-time 5 http://${ip}`, /This is the image nginx:1\.14\.2/);
        write("master.yaml", `${SERVICE}---\n${NGINX.replace("1.14.2", "1.16").replace("replicas: 3", "replicas: 2")}`);
        const diff = await shell.run("kubectl diff -f master.yaml");
        assert.equal(diff.code, 1);
        assert.match(diff.stdout, /^-  replicas: 3\n\+  replicas: 2$/m);
        assert.match(diff.stdout, /^\+ +- image: nginx:1\.16$/m);
        assert.equal(
          await shell.ok("kubectl apply -f master.yaml"),
          "service/my-service unchanged\ndeployment.apps/nginx-deployment configured\n",
        );
        await shell.ok("kubectl rollout status deployment/nginx-deployment --timeout=60s");
        assert.equal((await shell.run("kubectl diff -f master.yaml")).code, 0);
        await shell.until("kubectl get deployment nginx-deployment -o jsonpath={.status.replicas}", /^2$/);
        await nodeShell.until(`curl -sS --max-time 5 http://${ip}`, /This is the image nginx:1\.16/);
        assert.match(await shell.ok("kubectl delete -f master.yaml"), /service "my-service" deleted/);
        await shell.ok("kubectl wait --for=delete pod -l app=nginx --timeout=40s");
      },
    ],
    [
      "matchExpressions, and deletion by label",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: SECOND });
        await shell.ok("kubectl rollout status deployment/second-app --timeout=60s");
        assert.match(await shell.ok("kubectl get deploy -o wide"), /app in \(first-app,second-app\)/);
        const wrong = SECOND.replace("app: second-app }", "app: third-app }").replace(
          "name: second-app",
          "name: third",
        );
        assert.match(
          await shell.fails("kubectl apply -f -", { input: wrong }),
          /The Deployment "third" is invalid: spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`/,
        );
        assert.match(
          await shell.ok("kubectl delete deployments -l group=example"),
          /^deployment\.apps "second-app" deleted/,
        );
        await shell.ok("kubectl wait --for=delete pod -l app=second-app --timeout=40s");
      },
    ],
    [
      "server-side apply, its owners and its conflicts",
      async ({ shell, write }) => {
        write("own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: owned }\ndata: { color: blue }\n");
        assert.equal(
          await shell.ok("kubectl apply --server-side -f own.yaml --field-manager=one"),
          "configmap/owned serverside-applied\n",
        );
        write("own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: owned }\ndata: { color: red }\n");
        assert.match(
          await shell.fails("kubectl apply --server-side -f own.yaml --field-manager=two"),
          /Apply failed with 1 conflict: conflict with "one": \.data\.color/,
        );
        await shell.ok("kubectl apply --server-side -f own.yaml --field-manager=two --force-conflicts");
        const managers = await shell.ok(
          "kubectl get cm owned --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}",
        );
        assert.equal(managers, "two");
        await shell.ok("kubectl delete -f own.yaml");
      },
    ],
    [
      "apply --prune deletes what is no longer in the files",
      async ({ shell, write }) => {
        const map = (name: string) =>
          `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, labels: { set: pruned } }\n`;
        const line = "kubectl apply --prune -l set=pruned --prune-allowlist=core/v1/ConfigMap -f many.yaml";
        write("many.yaml", `${map("one")}---\n${map("two")}`);
        assert.equal(await shell.ok(line), "configmap/one created\nconfigmap/two created\n");
        write("many.yaml", map("one"));
        assert.equal(await shell.ok(line), "configmap/one unchanged\nconfigmap/two pruned\n");
        await shell.ok("kubectl delete cm -l set=pruned");
      },
    ],
  ],
);
