import assert from "node:assert/strict";
import { test } from "node:test";
import { builtInKinds } from "../api/kinds.ts";
import { createRegistry } from "../api/registry.ts";
import { routeOf } from "./route.ts";

const registry = createRegistry(builtInKinds());
const route = (method: string, path: string) => {
  const target = routeOf({ method, path, query: new URLSearchParams() }, registry);
  if (target.type === "path") return `path ${target.path}`;
  if (target.type === "unserved") return `unserved ${target.verb} ${target.plural}.${target.group}`;
  const { verb, kind, namespace = "", name = "", subresource = "", rest = "" } = target;
  return [verb, kind.kind, namespace, name, subresource, rest].join(" ").trimEnd();
};

test("route: resources, subresources and other paths", () => {
  const cases: readonly [method: string, path: string, target: string][] = [
    ["GET", "/api/v1/pods", "list Pod"],
    ["GET", "/api/v1/namespaces/shop/pods/web", "get Pod shop web"],
    ["PUT", "/api/v1/namespaces/shop/status", "update Namespace  shop status"],
    ["POST", "/apis/apps/v1/namespaces/shop/deployments", "create Deployment shop"],
    ["GET", "/apis/apps/v1", "path /apis/apps/v1"],
    ["GET", "/healthz", "path /healthz"],
    ["GET", "/apis/none/v1/namespaces/shop/things", "unserved list things.none"],
    ["PUT", "/apis/apps/v2/things", "unserved update things.apps"],
  ];
  for (const [method, path, target] of cases) assert.equal(route(method, path), target, path);
});

test("route: a proxied path goes on as it was sent, whatever its method", () => {
  const cases: readonly [method: string, path: string, target: string][] = [
    ["GET", "/api/v1/namespaces/shop/pods/http:web:80/proxy", "get Pod shop http:web:80 proxy"],
    ["GET", "/api/v1/namespaces/shop/pods/web/proxy/", "get Pod shop web proxy /"],
    ["POST", "/api/v1/namespaces/shop/services/web/proxy/a%2Fb/", "create Service shop web proxy /a%2Fb/"],
    ["OPTIONS", "/api/v1/namespaces/proxy/pods/proxy/proxy/proxy", "get Pod proxy proxy proxy /proxy"],
    ["HEAD", "/api/v1/nodes/box/proxy/metrics/cadvisor", "get Node  box proxy /metrics/cadvisor"],
  ];
  for (const [method, path, target] of cases) assert.equal(route(method, path), target, path);
  assert.throws(() => route("OPTIONS", "/api/v1/namespaces/shop/pods/web"), /does not allow this method/);
});
