import { type Case, defineCase, type Step } from "../define-case.ts";
import { named, type Sample, sampleName, SAMPLES } from "../samples.ts";

// What `kubectl` prints of every kind, and what its commands do.
const resourceOf = ({ kind }: Sample) => (kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`);
const objectName = (sample: Sample) => (sample.kind.namespaced ? "one" : "{ns}-one");

const perKind: readonly Case[] = SAMPLES.map((sample) => {
  const what = `${resourceOf(sample)} ${objectName(sample)}`;
  return defineCase(`kubectl-${sampleName(sample)}`, "api", [
    { kubectl: "create -f -", input: named(sample, objectName(sample), { labels: { app: "{ns}" } }) },
    { kubectl: `get ${what}` },
    { kubectl: `get ${what} -o wide` },
    { kubectl: `get ${what} -o yaml --show-managed-fields` },
    { kubectl: `get ${what} -o json` },
    { kubectl: `get ${what} -o name` },
    { kubectl: `get ${resourceOf(sample)} -l app={ns} --show-labels` },
    { kubectl: `get ${resourceOf(sample)} -l app={ns} -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'` },
    { kubectl: `get ${what} -o custom-columns=NAME:.metadata.name,LABELS:.metadata.labels,NONE:.spec.none` },
    { kubectl: `get ${what} -o go-template='{{.kind}} {{.metadata.name}}{{"\\n"}}'` },
    { kubectl: `describe ${what}` },
    { kubectl: `label ${what} new=label` },
    { kubectl: `annotate ${what} new=annotation` },
    {
      kubectl: "apply --server-side -f -",
      input: named(sample, objectName(sample), { labels: { app: "{ns}", applied: "1" } }),
    },
    { kubectl: "apply -f -", input: named(sample, objectName(sample), { labels: { app: "{ns}", applied: "2" } }) },
    { kubectl: "diff -f -", input: named(sample, objectName(sample), { labels: { app: "{ns}", applied: "3" } }) },
    { kubectl: `delete ${what} --wait=false` },
    { kubectl: `get ${resourceOf(sample)} missing` },
  ]);
});

const explained: readonly Step[] = SAMPLES.flatMap((sample): readonly Step[] => [
  { kubectl: `explain ${sample.kind.plural} --api-version=${sample.kind.apiVersion}` },
  { kubectl: `explain ${sample.kind.plural}.metadata --api-version=${sample.kind.apiVersion}` },
]);

const cases: readonly Case[] = [
  ...perKind,
  defineCase("explain", "api", [
    ...explained,
    { kubectl: "explain pods.spec.containers" },
    { kubectl: "explain deployment.spec.strategy.rollingUpdate.maxSurge" },
    { kubectl: "explain pods.spec.none" },
    { kubectl: "explain none" },
  ]),
  defineCase("kubectl-discovery", "api", [
    { kubectl: "api-versions" },
    { kubectl: "api-resources --sort-by=name" },
    { kubectl: "api-resources --verbs=list -o wide --sort-by=name" },
    { kubectl: "api-resources --api-group=apps -o name --sort-by=name" },
    { kubectl: "cluster-info" },
    { kubectl: "get --raw /healthz" },
    { kubectl: "auth whoami" },
    { kubectl: "auth can-i create pods" },
    { kubectl: "auth can-i create pods --as jane" },
    { kubectl: "auth can-i --list --as jane" },
    { kubectl: "get pods --as jane" },
    { kubectl: "get all" },
    { kubectl: "get none" },
    { kubectl: "get pods,services,none" },
    {
      kubectl:
        "version -o json | grep -v Date | grep -v -i go | grep -v gitCommit | grep -v gitTree | grep -v platform | grep -v compiler",
    },
  ]),
  defineCase("kubectl-custom-objects", "api", [
    {
      kubectl: "create -f -",
      input: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "things.{ns}.example.com" },
        spec: {
          group: "{ns}.example.com",
          scope: "Namespaced",
          names: { plural: "things", kind: "Thing" },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
          ],
        },
      },
    },
    {
      kubectl: "get --raw /openapi/v3/apis/{ns}.example.com/v1 | grep -o 'application/[a-z-]*patch+[a-z]*' | sort -u",
      until: (stdout: string) => stdout.includes("merge-patch"),
    },
    ...[
      { a: 1, b: { c: 2 } },
      { a: 1, b: { d: 3 } },
    ].map((spec): Step => ({
      kubectl: "apply -f -",
      input: { apiVersion: "{ns}.example.com/v1", kind: "Thing", metadata: { name: "one" }, spec },
    })),
    { kubectl: "get things.{ns}.example.com one -o yaml" },
  ]),
  defineCase("kubectl-commands", "api", [
    { kubectl: "create configmap one --from-literal=a=1 --from-literal=b=2" },
    { kubectl: "create secret generic one --from-literal=a=1" },
    { kubectl: "create secret tls one --cert=/dev/null --key=/dev/null" },
    { kubectl: "create serviceaccount robot" },
    { kubectl: "create token robot --duration=10m" },
    { kubectl: "create token none" },
    { kubectl: "create role reader --verb=get,list --resource=pods,configmaps" },
    { kubectl: "create rolebinding reader --role=reader --serviceaccount={ns}:robot" },
    { kubectl: "create clusterrole {ns}-all --verb='*' --resource='*.*'" },
    { kubectl: "create clusterrolebinding {ns}-all --clusterrole={ns}-all --user=jane" },
    { kubectl: "auth can-i list pods --as system:serviceaccount:{ns}:robot" },
    { kubectl: "create deployment web --image=web:1 --replicas=2 --port=80" },
    { kubectl: "expose deployment web --port=80 --target-port=8080 --type=NodePort" },
    { kubectl: "get service web -o yaml" },
    { kubectl: "set image deployment/web web=web:2" },
    { kubectl: "set env deployment/web A=1 B=2" },
    { kubectl: "set resources deployment/web --limits=cpu=200m,memory=512Mi" },
    { kubectl: "scale deployment/web --replicas=5" },
    { kubectl: "scale deployment/web --replicas=6 --current-replicas=3" },
    { kubectl: "autoscale deployment/web --min=2 --max=5 --cpu=80%" },
    { kubectl: "rollout pause deployment/web" },
    { kubectl: "rollout resume deployment/web" },
    { kubectl: "rollout history deployment/web" },
    { kubectl: 'patch deployment web -p \'{"spec":{"minReadySeconds":3}}\'' },
    { kubectl: 'patch deployment web --type=json -p \'[{"op":"replace","path":"/spec/replicas","value":1}]\'' },
    { kubectl: 'patch deployment web --type=merge -p \'{"spec":{"replicas":"x"}}\'' },
    { kubectl: "get deployment web -o yaml --show-managed-fields" },
    { kubectl: "create job once --image=job:1 -- run it" },
    { kubectl: "create cronjob often --image=job:1 --schedule='*/5 * * * *'" },
    { kubectl: "create cronjob wrong --image=job:1 --schedule='every minute'" },
    { kubectl: "create job from-cron --from=cronjob/often" },
    { kubectl: "create ingress site --rule='example.com/*=web:80'" },
    { kubectl: "create quota limits --hard=pods=3,cpu=2" },
    { kubectl: "create poddisruptionbudget web --selector=app=web --min-available=1" },
    { kubectl: "create priorityclass {ns}-high --value=1000" },
    { kubectl: "run pod --image=web:1 --labels=a=b --env=A=1 --port=80" },
    { kubectl: "run pod --image=web:1" },
    { kubectl: "run 'Bad Name' --image=web:1" },
    { kubectl: "get all" },
    { kubectl: "get pod pod -o yaml" },
    { kubectl: "set image pod/pod pod=web:3" },
    { kubectl: "label pod pod a=c" },
    { kubectl: "label pod pod a=c --overwrite" },
    { kubectl: "label pod pod a-" },
    { kubectl: "annotate pod pod 'bad key!=x'" },
    { kubectl: "taint nodes none a=b:NoSchedule" },
    {
      kubectl: "replace -f -",
      input: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { c: "3" } },
    },
    { kubectl: "replace -f -", input: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "none" } } },
    {
      kubectl: "apply -f -",
      input: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "7" }, unknown: 1 },
    },
    {
      kubectl: "apply -f -",
      input: {
        apiVersion: "v1",
        kind: "List",
        items: ["listed-1", "listed-2"].map((name) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } })),
      },
    },
    {
      kubectl: "apply --validate=ignore -f -",
      input: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "7" }, unknown: 1 },
    },
    {
      kubectl: "apply -f -",
      input: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: 7 } },
    },
    { kubectl: "apply -f -", input: { apiVersion: "v1", kind: "Nonsense", metadata: { name: "one" } } },
    { kubectl: "apply -f -", input: "not: [yaml" },
    {
      kubectl: "apply --server-side --field-manager=other -f -",
      input: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "8" } },
    },
    {
      kubectl: "apply --server-side --field-manager=other --force-conflicts -f -",
      input: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "8" } },
    },
    { kubectl: "get configmap one -o yaml --show-managed-fields" },
    { kubectl: "wait --for=jsonpath='{.data.a}'=8 configmap/one --timeout=5s" },
    { kubectl: "wait --for=delete configmap/none --timeout=1s" },
    { kubectl: "get events" },
    { kubectl: "delete configmap one secret/one" },
    { kubectl: "delete configmap one" },
    { kubectl: "delete configmap one --ignore-not-found" },
    { kubectl: "delete all --all --wait=false" },
  ]),
];
export default cases;
