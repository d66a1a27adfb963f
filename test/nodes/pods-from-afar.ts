import assert from "node:assert/strict";
import { testAuthority } from "../../src/host/node/pki/testing.ts";
import type { Shell } from "../shell.ts";

const NAME = "far";
const HOST = `${NAME}.default.svc`;

/**
 * A pod that is a page, an API of others and a webhook, all behind one Service: whatever the API server reaches by itself. Its control
 * plane has no route to it.
 */
export async function reachPodsFromAfar(shell: Shell): Promise<void> {
  const authority = testAuthority();
  const bundle = Buffer.from(authority.certificate).toString("base64");
  await shell.ok("kubectl apply -f -", {
    input: objects(server(authority.server(HOST))),
  });
  await shell.ok(`kubectl wait --for=condition=Ready pod/${NAME} --timeout=60s`);
  const raw = (path: string) => `kubectl get --raw ${path}`;

  assert.equal(await shell.ok(raw(`/api/v1/namespaces/default/pods/${NAME}:80/proxy/page`)), "from afar\n");
  assert.equal(
    await shell.until(raw(`/api/v1/namespaces/default/services/${NAME}:web/proxy/page`), /./),
    "from afar\n",
  );
  assert.equal(
    await shell.ok(raw(`/api/v1/namespaces/default/services/https:${NAME}:tls/proxy/page`)),
    "from afar\n",
    "over TLS",
  );
  // Nobody listens there, which is told as if the API server had tried itself.
  const refused = await shell.fails(raw(`/api/v1/namespaces/default/pods/${NAME}:81/proxy/`));
  assert.match(refused, /error trying to reach service: connect ECONNREFUSED 10\.244\.\d+\.\d+:81/);

  await shell.ok("kubectl apply -f -", { input: objects([apiService(bundle)]) });
  await shell.ok("kubectl wait --for=condition=Available apiservice/v1.far.example --timeout=60s");
  assert.match(
    await shell.ok("kubectl api-resources --api-group=far.example"),
    /^things +far\.example\/v1 +true +Thing$/m,
  );
  assert.match(await shell.ok("kubectl get things.far.example one -o name"), /^thing\.far\.example\/one$/m);

  await shell.ok("kubectl apply -f -", { input: objects([webhook(bundle)]) });
  assert.match(
    await shell.until("kubectl create configmap asked --from-literal=a=b 2>&1; true", /denied the request/),
    /admission webhook "far\.example\.com" denied the request: not from here/,
  );
  await shell.ok(`kubectl delete validatingwebhookconfiguration/${NAME} apiservice/v1.far.example`);
  await shell.ok(`kubectl delete pod/${NAME} service/${NAME} configmap/${NAME} --grace-period=1`);
}

function objects(items: readonly object[]): string {
  return items.map((item) => JSON.stringify(item)).join("\n");
}

/** nginx that answers all three; the id of an admission's question is found in what it is asked. */
function server({ key, cert }: { readonly key: string; readonly cert: string }): readonly object[] {
  const list = {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: "far.example/v1",
    resources: [{ name: "things", singularName: "thing", namespaced: true, kind: "Thing", verbs: ["get", "list"] }],
  };
  const thing = { apiVersion: "far.example/v1", kind: "Thing", metadata: { name: "one", namespace: "default" } };
  const review = {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid: "$uid", allowed: false, status: { message: "not from here" } },
  };
  const configuration = `map $http_x_body $uid { "~\\"uid\\":\\"(?<found>[0-9a-f-]+)\\"" $found; }
large_client_header_buffers 4 64k;
server {
  listen 80;
  listen 443 ssl;
  ssl_certificate /etc/nginx/conf.d/tls.crt;
  ssl_certificate_key /etc/nginx/conf.d/tls.key;
  client_body_buffer_size 64k;
  location = /page { default_type text/plain; return 200 "from afar\\n"; }
  location / { default_type application/json; return 200 '{}'; }
  location = /apis/far.example/v1 { default_type application/json; return 200 '${JSON.stringify(list)}'; }
  location = /apis/far.example/v1/namespaces/default/things/one {
    default_type application/json;
    return 200 '${JSON.stringify(thing)}';
  }
  location = /review { proxy_pass http://127.0.0.1:8080; proxy_set_header X-Body $request_body; }
}
server {
  listen 127.0.0.1:8080;
  location / { default_type application/json; return 200 '${JSON.stringify(review)}'; }
}
`;
  const data = { "default.conf": configuration, "tls.crt": cert, "tls.key": key };
  const metadata = { name: NAME, namespace: "default", labels: { app: NAME } };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: {
        containers: [
          {
            name: "nginx",
            image: "nginx",
            imagePullPolicy: "IfNotPresent",
            volumeMounts: [{ name: "conf", mountPath: "/etc/nginx/conf.d" }],
            readinessProbe: { tcpSocket: { port: 443 }, periodSeconds: 1 },
          },
        ],
        volumes: [{ name: "conf", configMap: { name: NAME } }],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        selector: { app: NAME },
        ports: [
          { name: "web", port: 80 },
          { name: "tls", port: 443 },
        ],
      },
    },
  ];
}

function apiService(caBundle: string): object {
  const service = { namespace: "default", name: NAME, port: 443 };
  return {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.far.example" },
    spec: { group: "far.example", version: "v1", service, caBundle, groupPriorityMinimum: 100, versionPriority: 100 },
  };
}

function webhook(caBundle: string): object {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: NAME },
    webhooks: [
      {
        name: "far.example.com",
        clientConfig: { service: { namespace: "default", name: NAME, path: "/review", port: 443 }, caBundle },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  };
}
