import assert from "node:assert/strict";
import { test } from "node:test";
import type { User } from "../../apiserver/auth/user.ts";
import type { ApiRequest, ApiResponse, Peer } from "../../apiserver/http.ts";
import { silentLog } from "../../base/log.ts";
import type { Client } from "../../client/client.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import { guardedKubelet } from "./access.ts";
import { requestedAccess } from "./attributes.ts";
import { plain } from "./responses.ts";

const ACCESS: readonly (readonly [method: string, path: string, verb: string, ...subresources: string[]])[] = [
  ["GET", "/pods", "get", "pods", "proxy"],
  ["GET", "/pods/", "get", "pods", "proxy"],
  ["GET", "/runningpods/", "get", "pods", "proxy"],
  ["GET", "/healthz", "get", "healthz", "proxy"],
  ["GET", "/healthz/syncloop", "get", "healthz", "proxy"],
  ["GET", "/healthzfoo", "get", "proxy"],
  ["GET", "/configz", "get", "configz", "proxy"],
  ["GET", "/stats/summary", "get", "stats"],
  ["GET", "/metrics", "get", "metrics"],
  ["GET", "/metrics/cadvisor", "get", "metrics"],
  ["GET", "/logs/syslog", "get", "log"],
  ["GET", "/statusz", "get", "statusz"],
  ["GET", "/flagz", "get", "configz"],
  ["POST", "/checkpoint/a/b/c", "create", "checkpoint"],
  ["POST", "/exec/a/b/c", "create", "proxy"],
  ["GET", "/containerLogs/a/b/c", "get", "proxy"],
  ["DELETE", "/", "delete", "proxy"],
];

for (const [method, path, verb, ...subresources] of ACCESS) {
  test(`kubelet: ${method} ${path} needs ${verb} on nodes/${subresources.join(" or nodes/")}`, () => {
    assert.deepEqual(requestedAccess(method, path), { verb, subresources });
  });
}

/** An API server that knows one token and what each user may do with nodes; `asked` tells what it was asked. */
function guarded(rights: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const clock = new VirtualClock();
  let away = false;
  const create = (kind: { readonly kind: string }, draft: { readonly spec: Record<string, unknown> }) => {
    if (away) return Promise.reject(new Error("nobody there"));
    const { spec } = draft;
    asked.push(kind.kind);
    if (kind.kind === "TokenReview") {
      const user = { username: "robot", groups: ["system:authenticated"] };
      return Promise.resolve({ status: spec["token"] === "good" ? { authenticated: true, user } : {} });
    }
    const { verb, subresource, name } = spec["resourceAttributes"] as Record<string, string>;
    const allowed = name === "n1" && rights[spec["user"] as string]?.includes(`${verb} ${subresource}`) === true;
    return Promise.resolve({ status: { allowed } });
  };
  const client = { create } as unknown as Client;
  const handler = guardedKubelet(() => Promise.resolve(plain(200, "done")), {
    nodeName: "n1",
    client,
    clock,
    log: silentLog,
  });
  return {
    asked,
    clock,
    goAway: () => void (away = true),
    ask: async (path: string, who: { readonly user?: User["name"]; readonly token?: string } = {}) => {
      const certificate = { commonName: who.user ?? "", organizations: [], fingerprint: "00" };
      const peer: Peer = who.user === undefined ? { address: "" } : { address: "", certificate };
      const headers = who.token === undefined ? {} : { authorization: `Bearer ${who.token}` };
      const { signal } = new AbortController();
      return told(await handler({ method: "GET", path, headers, peer, signal } as unknown as ApiRequest));
    },
  };
}

function told({ status, body }: ApiResponse): string {
  return `${status} ${new TextDecoder().decode(body as Uint8Array).trimEnd()}`;
}

test("kubelet: nobody comes in without a certificate or a token", async () => {
  const { ask, asked } = guarded({});
  assert.equal(await ask("/pods"), "401 Unauthorized");
  assert.equal(await ask("/pods", { token: "bad" }), "401 Unauthorized");
  assert.deepEqual(asked, ["TokenReview"]);
});

test("kubelet: one right of several is enough, and a refusal names them all", async () => {
  const { ask } = guarded({ robot: ["get pods"], admin: ["get proxy"], other: ["get stats"] });
  assert.equal(await ask("/pods", { token: "good" }), "200 done");
  assert.equal(await ask("/pods", { user: "admin" }), "200 done");
  assert.equal(
    await ask("/pods", { user: "other" }),
    "403 Forbidden (user=other, verb=get, resource=nodes, subresource(s)=[pods proxy])",
  );
  assert.equal(
    await ask("/stats/summary", { user: "admin" }),
    "403 Forbidden (user=admin, verb=get, resource=nodes, subresource(s)=[stats])",
  );
});

test("kubelet: answers are good for as long as Kubernetes keeps them", async () => {
  const { ask, asked, clock } = guarded({ robot: ["get stats"] });
  const asks = async (path: string) => {
    asked.length = 0;
    await ask(path, { token: "good" });
    return [...asked];
  };
  assert.deepEqual(await asks("/stats/summary"), ["TokenReview", "SubjectAccessReview"]);
  assert.deepEqual(await asks("/stats/summary"), []);
  assert.deepEqual(await asks("/metrics"), ["SubjectAccessReview"]);
  await clock.advance(31_000);
  assert.deepEqual(await asks("/metrics"), ["SubjectAccessReview"], "a no is kept for 30 s");
  await clock.advance(90_000);
  assert.deepEqual(await asks("/stats/summary"), ["TokenReview"], "a token for 2 minutes, a yes for 5");
});

test("kubelet: an API server that is away lets in whom it let in, and nobody else", async () => {
  const { ask, goAway } = guarded({ admin: ["get proxy"] });
  assert.equal(await ask("/exec/a/b/c", { user: "admin" }), "200 done");
  goAway();
  assert.equal(await ask("/exec/a/b/c", { user: "admin" }), "200 done");
  assert.equal(
    await ask("/stats/summary", { user: "admin" }),
    "500 Authorization error (user=admin, verb=get, resource=nodes, subresource=stats)",
  );
  assert.equal(await ask("/pods", { token: "good" }), "401 Unauthorized");
});
