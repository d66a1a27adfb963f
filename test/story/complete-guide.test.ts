import assert from "node:assert/strict";
import { columns, story, table } from "./story.ts";

const SAMPLE_POD = `apiVersion: v1
kind: Pod
metadata:
    name: sample-pod
spec:
    containers:
    - name: nginx-container
      image: nginx:1.16
`;

const SAMPLE_2POD = `apiVersion: v1
kind: Pod
metadata:
    name: sample-2pod
spec:
    containers:
    - name: nginx-container
      image: nginx:1.16
    - name: redis-container
      image: redis:3.2
`;

const SAMPLE_2POD_FAIL = SAMPLE_2POD.replace("sample-2pod", "sample-2pod-fail").replace("redis:3.2", "nginx:1.17");

const sampleSet = (kind: string, name: string) => `apiVersion: apps/v1
kind: ${kind}
metadata:
    name: ${name}
spec:
    replicas: 3
    selector:
        matchLabels:
            app: sample-app
    template:
        metadata:
            labels:
                app: sample-app
        spec:
            containers:
            - name: nginx-container
              image: nginx:1.16
`;

story(
  "The complete guide: pods, ReplicaSets, Deployments",
  ["busybox", "nginx:1.16", "nginx:1.17", "redis:3.2"],
  [
    [
      "a pod from a manifest",
      async ({ shell, write, nodeName }) => {
        write("sample-pod.yaml", SAMPLE_POD);
        assert.equal(await shell.ok("kubectl apply -f sample-pod.yaml"), "pod/sample-pod created\n");
        await shell.ok("kubectl wait --for=condition=Ready pod/sample-pod --timeout=30s");
        const short = await shell.ok("kubectl get pods");
        assert.deepEqual(columns(short), ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
        assert.match(short, /^sample-pod +1\/1 +Running +0 +\d+s$/m);
        const wide = table(await shell.ok("kubectl get pods --output wide"))[0]!;
        const { IP: ip, AGE: _age, ...rest } = wide;
        assert.match(ip!, /^10\.244\.0\.\d+$/);
        assert.deepEqual(rest, {
          NAME: "sample-pod",
          READY: "1/1",
          STATUS: "Running",
          RESTARTS: "0",
          NODE: nodeName,
          "NOMINATED NODE": "<none>",
          "READINESS GATES": "<none>",
        });
        assert.equal(await shell.ok("kubectl apply -f sample-pod.yaml"), "pod/sample-pod unchanged\n");
      },
    ],
    [
      "describe tells how it came to be",
      async ({ shell, nodeName }) => {
        const told = await shell.until("kubectl describe pod sample-pod", /Started +\d+s/);
        assert.match(told, new RegExp(`^Node: +${nodeName}/`, "m"));
        assert.match(told, /Normal +Scheduled +\d+s +default-scheduler +Successfully assigned default\/sample-pod to /);
        assert.match(told, /Container image "nginx:1.16" already present on machine/);
        assert.match(told, /^QoS Class: +BestEffort$/m);
        assert.match(told, /^ {4}State: +Running$/m);
      },
    ],
    [
      "kinds are words of the API: the document's spelling is refused as Kubernetes refuses it",
      async ({ shell }) => {
        const input = SAMPLE_2POD.replace("kind: Pod", "kind: pod").replace("apiVersion", "apiversion");
        const said = await shell.fails("kubectl apply -f -", { input });
        assert.match(said, /apiVersion not set/);
      },
    ],
    [
      "two containers share an address and localhost",
      async ({ shell, write }) => {
        write("sample-2pod.yaml", SAMPLE_2POD);
        await shell.ok("kubectl apply -f sample-2pod.yaml");
        await shell.ok("kubectl wait --for=condition=Ready pod/sample-2pod --timeout=30s");
        assert.match(await shell.ok("kubectl get pod sample-2pod"), /^sample-2pod +2\/2 +Running +0 /m);
        const page = await shell.ok("kubectl exec sample-2pod -c redis-container -- wget -qO- http://localhost");
        assert.match(page, /This is the image nginx:1\.16/);
        const line = 'kubectl exec sample-2pod -c nginx-container -- sh -c "echo PING | nc -w 2 localhost 6379"';
        assert.match(await shell.ok(line), /\+PONG/);
        const defaulted = await shell.run("kubectl exec sample-2pod -- hostname");
        assert.equal(defaulted.stdout, "sample-2pod\n");
        assert.match(
          defaulted.stderr,
          /Defaulted container "nginx-container" out of: nginx-container, redis-container/,
        );
      },
    ],
    [
      "two containers that bind one port: one fails, visibly",
      async ({ shell }) => {
        await shell.ok("kubectl apply -f -", { input: SAMPLE_2POD_FAIL });
        const seen = await shell.until(
          "kubectl get pod sample-2pod-fail",
          /1\/2 +(Error|CrashLoopBackOff) +[1-9]\d*( \(\d+s ago\))? /,
        );
        assert.match(seen, /sample-2pod-fail/);
        const log = await shell.ok("kubectl logs sample-2pod-fail -c redis-container");
        assert.match(log, /bind\(\) to 0\.0\.0\.0:80 failed \(98: (Address already in use|Unknown error)\)/);
        const previous = await shell.ok("kubectl logs sample-2pod-fail -c redis-container -p");
        assert.match(previous, /bind\(\)/);
        await shell.until(
          "kubectl describe pod sample-2pod-fail",
          /Warning +BackOff +.*Back-off restarting failed container redis-container in pod sample-2pod-fail_default\(/,
        );
        assert.match(
          await shell.ok("kubectl delete pod sample-2pod-fail --now"),
          /^pod "sample-2pod-fail" deleted( from default namespace)?\n$/,
        );
      },
    ],
    [
      "pods are deleted by file",
      async ({ shell }) => {
        assert.match(
          await shell.ok("kubectl delete -f sample-pod.yaml -f sample-2pod.yaml"),
          /^pod "sample-pod" deleted.*\npod "sample-2pod" deleted.*\n$/,
        );
        const { stdout, stderr } = await shell.run("kubectl get pods");
        assert.deepEqual([stdout, stderr], ["", "No resources found in default namespace.\n"]);
        assert.equal(
          await shell.fails("kubectl get pod sample-pod"),
          'Error from server (NotFound): pods "sample-pod" not found\n',
        );
      },
    ],
    [
      "a ReplicaSet keeps its number of pods",
      async ({ shell, write }) => {
        write("sample-rs.yaml", sampleSet("ReplicaSet", "sample-rs"));
        assert.equal(await shell.ok("kubectl apply -f sample-rs.yaml"), "replicaset.apps/sample-rs created\n");
        await shell.until("kubectl get rs sample-rs -o jsonpath={.status.readyReplicas}", /^3$/);
        const wide = await shell.ok("kubectl get replicasets -o wide");
        const { AGE: _age, ...row } = table(wide)[0]!;
        assert.deepEqual(row, {
          NAME: "sample-rs",
          DESIRED: "3",
          CURRENT: "3",
          READY: "3",
          CONTAINERS: "nginx-container",
          IMAGES: "nginx:1.16",
          SELECTOR: "app=sample-app",
        });
        const names = (await shell.ok("kubectl get pods -o name")).trim().split("\n");
        assert.equal(names.length, 3);
        for (const name of names) assert.match(name, /^pod\/sample-rs-[a-z0-9]{5}$/);
        await shell.ok(`kubectl delete ${names[0]}`);
        await shell.until("kubectl get rs sample-rs -o jsonpath={.status.readyReplicas}", /^3$/);
        const after = (await shell.ok("kubectl get pods -o name")).trim().split("\n");
        assert.equal(after.filter((name) => names.includes(name)).length, 2);
        const told = await shell.ok("kubectl describe replicaset sample-rs");
        assert.match(told, /^Replicas: +3 current \/ 3 desired$/m);
        assert.match(told, /^Pods Status: +3 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed$/m);
        assert.equal(
          [...told.matchAll(/SuccessfulCreate .*replicaset-controller +Created pod: sample-rs-/g)].length,
          4,
        );
        await shell.ok("kubectl delete rs sample-rs");
        await shell.ok("kubectl wait --for=delete pod -l app=sample-app --timeout=30s");
      },
    ],
    [
      "a Deployment, with its change recorded",
      async ({ shell, write }) => {
        write("sample-deployment.yaml", sampleSet("Deployment", "sample-deployment"));
        const applied = await shell.run("kubectl apply -f sample-deployment.yaml --record");
        assert.equal(applied.stdout, "deployment.apps/sample-deployment created\n");
        assert.match(applied.stderr, /--record has been deprecated/);
        await shell.ok("kubectl rollout status deployment sample-deployment --timeout=40s");
        assert.match(await shell.ok("kubectl get replicasets -o yaml | head -n 2"), /^apiVersion: v1\nitems:\n$/);
        const deployment = await shell.ok("kubectl get deployments");
        assert.deepEqual(columns(deployment), ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]);
        assert.match(deployment, /^sample-deployment +3\/3 +3 +3 /m);
        const sets = await shell.ok("kubectl get replicasets");
        assert.match(sets, /^sample-deployment-[a-z0-9]{8,10} +3 +3 +3 /m);
        const hash = /^sample-deployment-([a-z0-9]+) /m.exec(sets)![1]!;
        const pods = table(await shell.ok("kubectl get pods --show-labels"));
        assert.equal(pods.length, 3);
        for (const pod of pods) {
          assert.match(pod["NAME"]!, new RegExp(`^sample-deployment-${hash}-[a-z0-9]{5}$`));
          assert.equal(pod["LABELS"], `app=sample-app,pod-template-hash=${hash}`);
        }
      },
    ],
    [
      "a new image is a new ReplicaSet",
      async ({ shell }) => {
        const set = await shell.run(
          "kubectl set image deployment sample-deployment nginx-container=nginx:1.17 --record",
        );
        assert.equal(set.stdout, "deployment.apps/sample-deployment image updated\n");
        const status = await shell.ok("kubectl rollout status deployment sample-deployment --timeout=60s");
        assert.match(status, /^Waiting for deployment "sample-deployment" rollout to finish: /);
        assert.match(status, /deployment "sample-deployment" successfully rolled out\n$/);
        const sets = table(await shell.ok("kubectl get rs --sort-by=.metadata.creationTimestamp"));
        assert.deepEqual(
          sets.map(({ DESIRED, CURRENT, READY }) => [DESIRED, CURRENT, READY]),
          [
            ["0", "0", "0"],
            ["3", "3", "3"],
          ],
        );
        await shell.ok("kubectl scale deployment sample-deployment --replicas=2");
        await shell.until("kubectl get deployment sample-deployment -o jsonpath={.status.replicas}", /^2$/);
        assert.equal(table(await shell.ok("kubectl get rs")).length, 2);
        const told = await shell.ok("kubectl describe deployment sample-deployment");
        assert.match(told, /^StrategyType: +RollingUpdate$/m);
        assert.match(told, /^RollingUpdateStrategy: +25% max unavailable, 25% max surge$/m);
        assert.match(told, /Available +True +MinimumReplicasAvailable/);
        assert.match(told, /Progressing +True +NewReplicaSetAvailable/);
        assert.match(
          told,
          /ScalingReplicaSet .*deployment-controller +Scaled up replica set sample-deployment-\w+ from 0 to 3/,
        );
      },
    ],
    [
      "its history, and back",
      async ({ shell }) => {
        const history = await shell.ok("kubectl rollout history deployment sample-deployment");
        assert.equal(
          history,
          `deployment.apps/sample-deployment 
REVISION  CHANGE-CAUSE
1         kubectl apply --filename=sample-deployment.yaml --record=true
2         kubectl set image deployment sample-deployment nginx-container=nginx:1.17 --record=true

`,
        );
        const first = await shell.ok("kubectl rollout history deployment sample-deployment --revision 1");
        assert.match(first, /^deployment\.apps\/sample-deployment with revision #1\nPod Template:\n/);
        assert.match(first, / {4}Image:\tnginx:1\.16\n/);
        assert.match(
          await shell.ok("kubectl rollout history deployment sample-deployment --revision 2"),
          /nginx:1\.17/,
        );
        assert.equal(
          await shell.ok("kubectl rollout undo deployment sample-deployment --to-revision 1"),
          "deployment.apps/sample-deployment rolled back\n",
        );
        await shell.ok("kubectl rollout status deployment sample-deployment --timeout=60s");
        const image = "kubectl get deployment sample-deployment -o jsonpath={..image}";
        assert.equal(await shell.ok(image), "nginx:1.16");
        await shell.ok("kubectl rollout undo deployment sample-deployment");
        await shell.ok("kubectl rollout status deployment sample-deployment --timeout=60s");
        assert.equal(await shell.ok(image), "nginx:1.17");
        const numbers = await shell.ok("kubectl rollout history deployment sample-deployment");
        assert.deepEqual(
          [...numbers.matchAll(/^(\d+) /gm)].map(([, number]) => number),
          ["3", "4"],
        );
        assert.match(
          await shell.fails("kubectl rollout undo deployment sample-deployment --to-revision 99"),
          /error: unable to find specified revision 99 in history\n$/,
        );
        assert.equal(table(await shell.ok("kubectl get replicasets")).length, 2);
      },
    ],
    [
      "a rollout pauses and resumes",
      async ({ shell }) => {
        const name = "deployment/sample-deployment";
        assert.equal(await shell.ok(`kubectl rollout pause ${name}`), "deployment.apps/sample-deployment paused\n");
        await shell.ok(`kubectl set env ${name} COLOR=blue`);
        assert.match(await shell.until(`kubectl describe ${name}`, /DeploymentPaused/), /Progressing +Unknown/);
        assert.equal(table(await shell.ok("kubectl get rs")).length, 2);
        assert.match(await shell.fails(`kubectl rollout undo ${name}`), /you cannot rollback a paused deployment/);
        assert.equal(await shell.ok(`kubectl rollout resume ${name}`), "deployment.apps/sample-deployment resumed\n");
        await shell.ok(`kubectl rollout status ${name} --timeout=60s`);
        assert.equal(table(await shell.ok("kubectl get rs")).length, 3);
        assert.equal(
          await shell.ok(`kubectl rollout restart ${name}`),
          "deployment.apps/sample-deployment restarted\n",
        );
        await shell.ok(`kubectl rollout status ${name} --timeout=60s`);
        await shell.ok("kubectl delete -f sample-deployment.yaml");
        await shell.ok("kubectl wait --for=delete pod,rs -l app=sample-app --timeout=40s");
      },
    ],
  ],
);
