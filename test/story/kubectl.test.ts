import assert from "node:assert/strict";
import { columns, story, table } from "./story.ts";

/** @param directory on the host, shared with the pod */
const config = (directory: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data:
  COLOR: blue
  greeting.txt: |
    hello
---
apiVersion: v1
kind: Secret
metadata: { name: hidden }
stringData: { PASSWORD: swordfish }
---
apiVersion: v1
kind: Pod
metadata:
  name: reader
  labels: { app: reader }
  annotations: { note: kept }
spec:
  terminationGracePeriodSeconds: 0
  volumes:
    - { name: settings, configMap: { name: settings } }
    - { name: hidden, secret: { secretName: hidden, defaultMode: 0400 } }
    - { name: host, hostPath: { path: ${directory}/host, type: DirectoryOrCreate } }
    - { name: memory, emptyDir: { medium: Memory } }
    - name: about
      downwardAPI:
        items:
          - { path: labels, fieldRef: { fieldPath: metadata.labels } }
  containers:
    - name: app
      image: busybox
      command: [sleep, "3600"]
      resources: { limits: { cpu: 500m, memory: 64Mi } }
      envFrom: [{ configMapRef: { name: settings }, prefix: SET_ }]
      env:
        - { name: COLOR, valueFrom: { configMapKeyRef: { name: settings, key: COLOR } } }
        - { name: PASSWORD, valueFrom: { secretKeyRef: { name: hidden, key: PASSWORD } } }
        - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
        - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
        - { name: MEMORY, valueFrom: { resourceFieldRef: { resource: limits.memory } } }
        - { name: SENTENCE, value: "it is $(COLOR)" }
      volumeMounts:
        - { name: settings, mountPath: /etc/settings }
        - { name: hidden, mountPath: /etc/hidden, readOnly: true }
        - { name: host, mountPath: /host }
        - { name: memory, mountPath: /memory }
        - { name: about, mountPath: /about }
`;

const PROXY = `apiVersion: v1
kind: ConfigMap
metadata: { name: proxy }
data:
  default.conf: |
    server {
      listen 80;
      location / { proxy_pass http://echo-app.default:3000; }
    }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: proxy }
spec:
  selector: { matchLabels: { app: proxy } }
  template:
    metadata: { labels: { app: proxy } }
    spec:
      volumes: [{ name: conf, configMap: { name: proxy } }]
      containers:
        - name: nginx
          image: nginx:1.16
          volumeMounts: [{ name: conf, mountPath: /etc/nginx/conf.d }]
---
apiVersion: v1
kind: Service
metadata: { name: proxy }
spec: { type: NodePort, selector: { app: proxy }, ports: [{ port: 80, nodePort: 30100 }] }
`;

const inApp = (command: string) => `kubectl exec reader -- sh -c '${command}'`;

story(
  "Every verb of kubectl; configuration, names and volumes from inside a pod",
  ["busybox", "nginx:1.16", "ghcr.io/subicura/echo:v1"],
  [
    [
      "services are found by name and by environment variable",
      async ({ shell }) => {
        await shell.ok("kubectl create deployment echo-app --image=ghcr.io/subicura/echo:v1 --replicas=2");
        await shell.ok("kubectl expose deployment echo-app --port=3000");
        await shell.ok("kubectl rollout status deployment/echo-app --timeout=40s");
        const ip = await shell.ok("kubectl get svc echo-app -o jsonpath={.spec.clusterIP}");
        const directory = (await shell.ok("pwd")).trim();
        await shell.ok("kubectl apply -f -", { input: config(directory) });
        await shell.ok("kubectl wait --for=condition=Ready pod/reader --timeout=30s");
        const env = await shell.ok("kubectl exec reader -- env");
        assert.match(env, new RegExp(`^ECHO_APP_SERVICE_HOST=${ip.replaceAll(".", "\\.")}$`, "m"));
        assert.match(env, /^ECHO_APP_SERVICE_PORT=3000$/m);
        assert.match(env, /^KUBERNETES_SERVICE_HOST=10\.96\.0\.1$/m);
        for (const name of ["echo-app", "echo-app.default", "echo-app.default.svc.cluster.local"]) {
          assert.match(await shell.until(inApp(`wget -qO- http://${name}:3000`), /^v1 - echo-app-/), /^v1/);
        }
        assert.match(
          await shell.ok(inApp("nslookup echo-app.default.svc.cluster.local")),
          new RegExp(`Address: ${ip}`),
        );
        const resolv = await shell.ok(inApp("cat /etc/resolv.conf"));
        assert.match(resolv, /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local/m);
        assert.match(resolv, /^nameserver 10\.96\.0\.10$/m);
      },
    ],
    [
      "environment variables from everywhere",
      async ({ shell, nodeName }) => {
        const env = await shell.ok("kubectl exec reader -- env");
        const ip = await shell.ok("kubectl get pod reader -o jsonpath={.status.podIP}");
        for (const line of [
          "COLOR=blue",
          "SET_COLOR=blue",
          "PASSWORD=swordfish",
          `POD_IP=${ip}`,
          `NODE=${nodeName}`,
          "MEMORY=67108864",
          "SENTENCE=it is blue",
          "HOSTNAME=reader",
        ]) {
          assert.ok(env.split("\n").includes(line), `${line} in ${env}`);
        }
      },
    ],
    [
      "files from ConfigMaps and Secrets follow the change",
      async ({ shell }) => {
        assert.equal(await shell.ok(inApp("cat /etc/settings/greeting.txt")), "hello\n");
        assert.equal(
          await shell.ok(inApp("cat /etc/hidden/PASSWORD; stat -Lc %a /etc/hidden/PASSWORD")),
          "swordfish400\n",
        );
        assert.match(await shell.ok(inApp("cat /about/labels")), /^app="reader"$/m);
        assert.match(await shell.ok(inApp("mount | grep /memory")), /tmpfs/);
        await shell.ok(`kubectl patch configmap settings -p '{"data":{"greeting.txt":"hi\\n"}}'`);
        await shell.ok("kubectl label pod reader tier=app");
        await shell.until(inApp("cat /etc/settings/greeting.txt"), /^hi\n$/);
        await shell.until(inApp("cat /about/labels"), /^tier="app"$/m);
        assert.match(await shell.ok("kubectl exec reader -- env"), /^COLOR=blue$/m);
        const told = await shell.ok("kubectl describe configmap settings");
        assert.match(told, /^COLOR:\n----\nblue$/m);
        assert.match(await shell.ok("kubectl describe secret hidden"), /^PASSWORD: +9 bytes$/m);
      },
    ],
    [
      "a hostPath is the host's directory",
      async ({ shell }) => {
        await shell.ok(inApp("echo written > /host/file"));
        assert.equal(await shell.ok("cat host/file"), "written\n");
      },
    ],
    [
      "cp, there and back",
      async ({ shell, write }) => {
        write("there.txt", "across\n");
        await shell.ok("kubectl cp there.txt reader:/tmp/there.txt");
        assert.equal(await shell.ok(inApp("cat /tmp/there.txt")), "across\n");
        await shell.ok("kubectl cp reader:/tmp/there.txt back.txt");
        assert.equal(await shell.ok("cat back.txt"), "across\n");
      },
    ],
    [
      "exec with input, an exit code, and a terminal's absence",
      async ({ shell }) => {
        assert.equal(await shell.ok("kubectl exec -i reader -- cat", { input: "typed\n" }), "typed\n");
        const { code, stderr } = await shell.run("kubectl exec reader -- sh -c 'exit 7'");
        assert.deepEqual([code, stderr], [7, "command terminated with exit code 7\n"]);
        assert.match(await shell.fails("kubectl exec nobody -- true"), /pods "nobody" not found/);
      },
    ],
    [
      "port-forward",
      async ({ shell }) => {
        await using forward = shell.background("kubectl port-forward deployment/echo-app :3000");
        const told = await forward.shows(/Forwarding from 127\.0\.0\.1:\d+ -> 3000/);
        const port = /127\.0\.0\.1:(\d+)/.exec(told)![1]!;
        assert.match(await shell.ok(`curl -sS --max-time 5 http://127.0.0.1:${port}`), /^v1 - echo-app-/);
        await forward.stop();
        await using service = shell.background("kubectl port-forward service/echo-app :3000");
        const second = /127\.0\.0\.1:(\d+)/.exec(await service.shows(/127\.0\.0\.1:\d+/))![1]!;
        assert.match(await shell.ok(`curl -sS --max-time 5 http://127.0.0.1:${second}`), /^v1 - echo-app-/);
        await service.stop();
      },
    ],
    [
      "logs: all, the last, since, with times, followed",
      async ({ shell }) => {
        const input = `apiVersion: v1
kind: Pod
metadata: { name: talker }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: talker
      image: busybox
      command: [sh, -c, "i=0; while [ $i -lt 5 ]; do i=$((i+1)); echo line $i; done; until [ -e /tmp/more ]; do sleep 0.1; done; echo more; sleep 3600"]
`;
        await shell.ok("kubectl apply -f -", { input });
        await shell.until("kubectl logs talker", /line 5/);
        assert.equal(await shell.ok("kubectl logs talker --tail=2"), "line 4\nline 5\n");
        assert.match(
          await shell.ok("kubectl logs talker --timestamps --tail=1"),
          /^\d{4}-\d\d-\d\dT[\d:.]+Z line 5\n$/,
        );
        assert.equal((await shell.ok("kubectl logs talker --since=1h")).split("\n").length, 6);
        await using following = shell.background("kubectl logs -f talker");
        await following.shows(/line 5/);
        await shell.ok("kubectl exec talker -- touch /tmp/more");
        await following.shows(/more/);
        await following.stop();
        assert.match(
          await shell.fails("kubectl logs talker -p"),
          /previous terminated container "talker" in pod "talker" not found/,
        );
        await shell.ok("kubectl delete pod talker");
      },
    ],
    [
      "attach, and a pod that runs to its end",
      async ({ shell }) => {
        const ran = await shell.run("kubectl run once -i --rm --restart=Never --image=busybox -- cat", {
          input: "fed\n",
        });
        assert.match(ran.stdout, /^fed$/m);
        assert.match(ran.stdout, /pod "once" deleted/);
        await shell.ok("kubectl run over --restart=Never --image=busybox -- true");
        await shell.until("kubectl get pod over", /over +0\/1 +Completed +0 /);
        await shell.ok("kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/over --timeout=10s");
        await shell.ok("kubectl run failing --restart=Never --image=busybox -- sh -c 'exit 3'");
        await shell.until("kubectl get pod failing", /failing +0\/1 +Error +0 /);
        await shell.ok("kubectl delete pod over failing");
      },
    ],
    [
      "what get can print",
      async ({ shell }) => {
        assert.equal(await shell.ok("kubectl get pod reader -o jsonpath='{.metadata.labels.app}'"), "reader");
        assert.equal(
          await shell.ok(
            "kubectl get pod reader -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image",
          ),
          "NAME     IMAGE\nreader   busybox\n",
        );
        const json = JSON.parse(await shell.ok("kubectl get pod reader -o json")) as Record<string, unknown>;
        assert.deepEqual([json["apiVersion"], json["kind"]], ["v1", "Pod"]);
        assert.match(await shell.ok("kubectl get pod reader -o yaml"), /^apiVersion: v1\nkind: Pod\n/);
        assert.equal(await shell.ok("kubectl get pod reader -o name"), "pod/reader\n");
        assert.match(await shell.ok("kubectl get pods -L app"), /APP/);
        assert.match(await shell.ok("kubectl get all"), /^deployment\.apps\/echo-app /m);
        assert.match(await shell.ok("kubectl get pods --field-selector=metadata.name=reader"), /^reader/m);
        assert.deepEqual(columns(await shell.ok("kubectl get deploy -o wide")), [
          "NAME",
          "READY",
          "UP-TO-DATE",
          "AVAILABLE",
          "AGE",
          "CONTAINERS",
          "IMAGES",
          "SELECTOR",
        ]);
        assert.match(await shell.ok("kubectl get events"), /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/m);
        assert.match(await shell.fails("kubectl get nothings"), /the server doesn't have a resource type "nothings"/);
        assert.equal(table(await shell.ok("kubectl get cm,secret settings hidden 2>/dev/null; true")).length > 0, true);
        assert.match(await shell.ok("kubectl get sa,clusterroles -A | head -n 5"), /default/);
      },
    ],
    [
      "label, annotate, patch, edit, replace",
      async ({ shell, write }) => {
        assert.equal(
          await shell.ok("kubectl label deployment echo-app team=blue"),
          "deployment.apps/echo-app labeled\n",
        );
        assert.equal(
          await shell.ok("kubectl annotate deployment echo-app kubernetes.io/change-cause='first words'"),
          "deployment.apps/echo-app annotated\n",
        );
        await shell.until("kubectl rollout history deployment/echo-app", /^1 +first words$/m);
        assert.equal(
          await shell.ok(`kubectl patch deployment echo-app -p '{"spec":{"replicas":1}}'`),
          "deployment.apps/echo-app patched\n",
        );
        assert.equal(
          await shell.ok(
            `kubectl patch deployment echo-app --type=json -p '[{"op":"replace","path":"/spec/replicas","value":2}]'`,
          ),
          "deployment.apps/echo-app patched\n",
        );
        const strategic =
          '{"spec":{"template":{"spec":{"containers":[{"name":"echo","env":[{"name":"A","value":"b"}]}]}}}}';
        await shell.ok(`kubectl patch deployment echo-app -p '${strategic}'`);
        assert.equal(
          await shell.ok("kubectl get deployment echo-app -o jsonpath={..containers[0].image}"),
          "ghcr.io/subicura/echo:v1",
        );
        assert.equal(
          await shell.ok("kubectl edit deployment echo-app", {
            env: { KUBE_EDITOR: "sed -i s/team:.blue/team:\\ green/" },
          }),
          "deployment.apps/echo-app edited\n",
        );
        assert.equal(await shell.ok("kubectl get deployment echo-app -o jsonpath={.metadata.labels.team}"), "green");
        await shell.ok("kubectl get configmap settings -o yaml > settings.yaml && sed -i s/blue/red/ settings.yaml");
        assert.equal(await shell.ok("kubectl replace -f settings.yaml"), "configmap/settings replaced\n");
        await shell.ok("sed -i 's/resourceVersion: .*/resourceVersion: \"1\"/' settings.yaml");
        assert.match(
          await shell.fails("kubectl replace -f settings.yaml"),
          /Operation cannot be fulfilled on configmaps "settings": the object has been modified; please apply your changes to the latest version and try again/,
        );
        write("reader.yaml", config((await shell.ok("pwd")).trim()).split("---\n")[2]!);
        assert.match(await shell.ok("kubectl replace --force -f reader.yaml"), /pod\/reader replaced\n$/);
        await shell.ok("kubectl wait --for=condition=Ready pod/reader --timeout=30s");
        assert.match(
          await shell.fails(
            `kubectl patch pod reader -p '{"spec":{"containers":[{"name":"app","env":[]}],"nodeName":"x"}}'`,
          ),
          /pod updates may not change fields other than/,
        );
      },
    ],
    [
      "a dry run writes nothing",
      async ({ shell }) => {
        const yaml = await shell.ok("kubectl create deployment dry --image=busybox --dry-run=client -o yaml");
        assert.match(yaml, /^kind: Deployment$/m);
        assert.equal(
          await shell.ok("kubectl apply -f - --dry-run=server", { input: yaml }),
          "deployment.apps/dry created (server dry run)\n",
        );
        assert.match(await shell.fails("kubectl get deployment dry"), /not found/);
      },
    ],
    [
      "nginx as a reverse proxy before a Service",
      async ({ shell, address }) => {
        await shell.ok("kubectl apply -f -", { input: PROXY });
        await shell.ok("kubectl rollout status deployment/proxy --timeout=40s");
        await shell.until(`curl -sS --max-time 5 http://${address}:30100`, /^v1 - echo-app-/);
        assert.match(await shell.ok("kubectl get svc proxy"), /80:30100\/TCP/);
        await shell.ok("kubectl delete deploy,svc,cm proxy");
      },
    ],
  ],
);
