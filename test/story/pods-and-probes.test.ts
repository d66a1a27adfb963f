import assert from "node:assert/strict";
import { story, table } from "./story.ts";

const PAGE = "/usr/share/nginx/html/index.html";

const LIVENESS = `apiVersion: v1
kind: Pod
metadata:
  name: alive
  labels: { app: alive }
spec:
  containers:
    - name: web
      image: nginx:1.16
      livenessProbe:
        httpGet: { path: /index.html, port: 80 }
        initialDelaySeconds: 1
        timeoutSeconds: 2
        periodSeconds: 1
        failureThreshold: 1
`;

const READINESS = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ready
spec:
  replicas: 2
  selector: { matchLabels: { app: ready } }
  template:
    metadata: { labels: { app: ready } }
    spec:
      containers:
        - name: web
          image: nginx:1.16
          readinessProbe:
            httpGet: { path: /index.html, port: 80 }
            periodSeconds: 1
            failureThreshold: 1
---
apiVersion: v1
kind: Service
metadata:
  name: ready
spec:
  selector: { app: ready }
  ports: [{ port: 80 }]
`;

const OTHER_PROBES = `apiVersion: v1
kind: Pod
metadata:
  name: probed
spec:
  containers:
    - name: socket
      image: redis:3.2
      livenessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 }
      startupProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 }
      readinessProbe: { exec: { command: [redis-cli, ping] }, periodSeconds: 1, timeoutSeconds: 5 }
    - name: unready
      image: busybox
      command: [sh, -c, "touch /tmp/alive; exec sleep 3600"]
      livenessProbe: { exec: { command: [test, -e, /tmp/alive] }, periodSeconds: 1 }
      readinessProbe: { tcpSocket: { port: 81 }, periodSeconds: 1, failureThreshold: 1 }
`;

const SHARED = `apiVersion: v1
kind: Pod
metadata:
  name: shared
spec:
  volumes: [{ name: both, emptyDir: {} }]
  terminationGracePeriodSeconds: 0
  containers:
    - name: writer
      image: busybox
      command:
        - sh
        - -c
        - 'echo "started at $(date)" >> /data/starts; httpd -p 8080 -h /data; until [ -e /tmp/end ]; do sleep 0.1; done'
      volumeMounts: [{ name: both, mountPath: /data }]
    - name: reader
      image: busybox
      command: [sleep, "3600"]
      volumeMounts: [{ name: both, mountPath: /shared, readOnly: true }]
`;

const ECHO = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: echo-deploy
spec:
  replicas: 4
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 3, maxUnavailable: 3 }
  selector: { matchLabels: { app: echo, tier: app } }
  template:
    metadata: { labels: { app: echo, tier: app } }
    spec:
      containers:
        - name: echo
          image: ghcr.io/subicura/echo:v1
          ports: [{ containerPort: 3000 }]
          readinessProbe: { httpGet: { path: /, port: 3000 }, periodSeconds: 1 }
          lifecycle: { preStop: { sleep: { seconds: 1 } } }
---
apiVersion: v1
kind: Service
metadata:
  name: echo
spec:
  selector: { app: echo, tier: app }
  ports: [{ port: 3000 }]
`;

story(
  "Pods, probes, ReplicaSets, Deployments and Services",
  ["busybox", "nginx:1.16", "redis:3.2", "ghcr.io/subicura/echo:v1", "ghcr.io/subicura/echo:v2"],
  [
    [
      "kubectl run: what happens until the pod runs is told by its events, and why by Wherry",
      async ({ shell, nodeShell }) => {
        assert.equal(
          await shell.ok("kubectl run echo --image=ghcr.io/subicura/echo:v1 --port=3000"),
          "pod/echo created\n",
        );
        await shell.ok("kubectl wait --for=condition=Ready pod/echo --timeout=30s");
        const events = await shell.until("kubectl events --for pod/echo", /Started/);
        const reasons = table(events).map(({ REASON }) => REASON);
        // The scheduler dates its events to the microsecond, the kubelet to the second below: kubectl may print them in either order.
        assert.ok(reasons.includes("Scheduled"), events);
        assert.deepEqual(
          reasons.filter((reason) => reason !== "Scheduled"),
          ["Pulled", "Created", "Started"],
        );
        const why = await nodeShell.ok("wherry why pod/echo");
        const told = [
          /0 ms {2}kubectl run \(kubernetes-admin\) creates Pod default\/echo/,
          /default-scheduler gives a node to Pod default\/echo/,
          /kubelet\/\S+ writes the status of Pod default\/echo/,
          /sandbox took \d+ m?s/,
          /start echo took [\d.]+ m?s/,
          /status\.conditions\[Ready\]: False → True/,
          /It waits for nothing\./,
        ];
        let from = 0;
        for (const step of told) {
          const at = why.slice(from).search(step);
          assert.notEqual(at, -1, `${step} after character ${from} of\n${why}`);
          from += at;
        }
        assert.match(await shell.ok("kubectl logs echo"), /listening on port 3000/);
        await shell.ok("kubectl delete pod echo --now");
      },
    ],
    [
      "an image that is nowhere",
      async ({ shell }) => {
        await shell.ok("kubectl run missing --image=localhost:1/nowhere:v9");
        await shell.until("kubectl get pod missing", /missing +0\/1 +(ErrImagePull|ImagePullBackOff) +0 /);
        await shell.until(
          "kubectl describe pod missing",
          /Warning +Failed +.*Failed to pull image "localhost:1\/nowhere:v9"/,
        );
        await shell.ok("kubectl delete pod missing --now");
      },
    ],
    [
      "a failing liveness probe restarts the container",
      async ({ shell, nodeShell }) => {
        await shell.ok("kubectl apply -f -", { input: LIVENESS });
        await shell.ok("kubectl wait --for=condition=Ready pod/alive --timeout=30s");
        const id = "kubectl get pod alive -o jsonpath={.status.containerStatuses[0].containerID}";
        const before = await shell.ok(id);
        await shell.ok(`kubectl exec alive -- rm ${PAGE}`);
        await shell.until("kubectl get pod alive", /alive +1\/1 +Running +1 \(\d+s ago\)/);
        assert.notEqual(await shell.ok(id), before);
        const told = await shell.until("kubectl describe pod alive", /Restart Count: +1/);
        assert.match(
          told,
          /Liveness: +http-get http:\/\/:80\/index\.html delay=1s timeout=2s period=1s #success=1 #failure=1/,
        );
        assert.match(told, /Warning +Unhealthy .*Liveness probe failed: HTTP probe failed with statuscode: 404/);
        assert.match(told, /Normal +Killing .*Container web failed liveness probe, will be restarted/);
        assert.match(told, /Last State: +Terminated\n +Reason: +Completed\n +Exit Code: +0/);
        const why = await nodeShell.ok("wherry why pod/alive");
        assert.match(why, /liveness probe of web: failed: HTTP probe failed with statuscode: 404/);
        assert.match(why, /end of web: exit code 0 \(Completed\), as the kubelet asked/);
        await shell.ok("kubectl delete pod alive --now");
      },
    ],
    [
      "a failing readiness probe takes the pod out of the Service, and back, without a restart",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: READINESS });
        await shell.ok("kubectl rollout status deployment/ready --timeout=40s");
        const addresses =
          "kubectl get endpointslices -l kubernetes.io/service-name=ready -o jsonpath='{range .items[*].endpoints[?(@.conditions.ready==true)]}{.addresses[0]} {end}'";
        await shell.until(addresses, (text) => text.trim().split(" ").length === 2);
        const pod = (await shell.ok("kubectl get pods -l app=ready -o jsonpath={.items[0].metadata.name}")).trim();
        const ip = await shell.ok(`kubectl get pod ${pod} -o jsonpath={.status.podIP}`);
        await shell.ok(`kubectl exec ${pod} -- mv ${PAGE} /tmp/kept.html`);
        await shell.until(addresses, (text) => text.trim().split(" ").length === 1 && !text.includes(ip));
        assert.match(await shell.ok(`kubectl get pod ${pod}`), / 0\/1 +Running +0 /);
        assert.doesNotMatch(
          await shell.until("kubectl describe service ready", /Endpoints: +10\./),
          new RegExp(`${ip}:80`),
        );
        await shell.until("kubectl get deployment ready", / 1\/2 +2 +1 /);
        await shell.ok(`kubectl exec ${pod} -- mv /tmp/kept.html ${PAGE}`);
        await shell.until(addresses, (text) => text.trim().split(" ").length === 2);
        assert.match(await shell.until(`kubectl get pod ${pod}`, / 1\/1 /), / 1\/1 +Running +0 /);
        await shell.ok("kubectl delete deployment,service ready");
      },
    ],
    [
      "tcpSocket and exec probes, and a startup probe",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: OTHER_PROBES });
        await shell.until("kubectl get pod probed", / 1\/2 +Running +0 /);
        const refused = /Readiness probe failed: dial tcp 10\.244\.0\.\d+:81: connect: connection refused/;
        await shell.until("kubectl describe pod probed", refused);
        await shell.ok("kubectl exec probed -c unready -- rm /tmp/alive");
        await shell.ok("kubectl delete pod probed --now");
      },
    ],
    [
      "two containers share a directory, which outlives a container and ends with the pod",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: SHARED });
        await shell.ok("kubectl wait --for=condition=Ready pod/shared --timeout=30s");
        const read = "kubectl exec shared -c reader -- cat /shared/starts";
        assert.equal((await shell.ok(read)).trim().split("\n").length, 1);
        const readOnly = await shell.fails("kubectl exec shared -c reader -- touch /shared/mine");
        assert.match(readOnly, /Read-only file system/);
        assert.match(
          await shell.ok("kubectl exec shared -c reader -- wget -qO- http://localhost:8080/starts"),
          /^started at/,
        );
        await shell.ok("kubectl exec shared -c writer -- touch /tmp/end");
        await shell.until("kubectl get pod shared", / 2\/2 +Running +1 \(/);
        await shell.until(read, (text) => text.trim().split("\n").length === 2);
        await shell.ok("kubectl delete pod shared");
        await shell.ok("kubectl apply -f -", { input: SHARED });
        await shell.ok("kubectl wait --for=condition=Ready pod/shared --timeout=30s");
        assert.equal((await shell.ok(read)).trim().split("\n").length, 1);
        await shell.ok("kubectl delete pod shared --now");
      },
    ],
    [
      "a rolling update under load through the Service loses no request",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: ECHO });
        await shell.ok("kubectl rollout status deployment/echo-deploy --timeout=60s");
        const ip = await shell.ok("kubectl get service echo -o jsonpath={.spec.clusterIP}");
        await shell.ok("kubectl run load --image=busybox --restart=Never -- sleep 3600");
        await shell.ok("kubectl wait --for=condition=Ready pod/load --timeout=30s");
        await shell.ok(`kubectl exec load -- wget -qO- http://echo:3000`);
        const loop = `while [ ! -e /tmp/stop ]; do wget -qO- http://${ip}:3000 >> /tmp/answers || echo LOST >> /tmp/answers; done`;
        await using load = shell.background(`kubectl exec load -- sh -c '${loop}'`);
        await shell.until("kubectl exec load -- cat /tmp/answers", /v1 - echo-deploy/);
        await shell.ok("kubectl set image deployment/echo-deploy echo=ghcr.io/subicura/echo:v2");
        await shell.ok("kubectl rollout status deployment/echo-deploy --timeout=60s");
        await shell.until("kubectl exec load -- tail -n 1 /tmp/answers", /v2 - echo-deploy/);
        await shell.ok("kubectl exec load -- touch /tmp/stop");
        await load.stop();
        const answers = (await shell.ok("kubectl exec load -- cat /tmp/answers")).trim().split("\n");
        assert.deepEqual(
          answers.filter((answer) => !/^v[12] - echo-deploy-/.test(answer)),
          [],
        );
        assert.ok(answers.length > 50, `${answers.length} answers`);
        assert.equal(await shell.ok("kubectl get service echo -o jsonpath={.spec.clusterIP}"), ip);
        const told = await shell.ok("kubectl describe deployment echo-deploy");
        assert.match(told, /RollingUpdateStrategy: +3 max unavailable, 3 max surge/);
      },
    ],
    [
      "killed pods are replaced, and the Service stays where it is",
      async ({ shell }) => {
        const names = await shell.ok("kubectl get pods -l app=echo -o name");
        await shell.ok("kubectl delete pods -l app=echo --now");
        await shell.until("kubectl get deployment echo-deploy -o jsonpath={.status.availableReplicas}", /^4$/);
        const after = (await shell.ok("kubectl get pods -l app=echo -o name")).trim().split("\n");
        assert.equal(after.filter((name) => names.includes(name)).length, 0);
        await shell.until("kubectl exec load -- wget -qO- http://echo:3000", /^v2 - echo-deploy-/);
        await shell.ok("kubectl delete deployment/echo-deploy service/echo");
        await shell.ok("kubectl delete pod load --now");
      },
    ],
  ],
);
