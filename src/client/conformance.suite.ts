import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Deployment } from "../api/apps/v1/deployment.ts";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { Node } from "../api/core/v1/node.ts";
import type { TestServer } from "../apiserver/testing.ts";
import { StatusError } from "../machinery/status.ts";
import type { Transport, WatchEvent } from "./call.ts";
import { applyPatch, type Client, createClient, jsonPatch, mergePatch, strategicPatch } from "./client.ts";

/** A server and one way to it. */
export interface Way extends AsyncDisposable {
  readonly server: TestServer;
  readonly transport: Transport;
}

const never = new AbortController().signal;
const refusal = (code: number, reason: string) => (error: unknown) => {
  assert(error instanceof StatusError, `${error} is no StatusError`);
  assert.deepEqual([error.code, error.reason], [code, reason]);
  return true;
};

/** What every transport has to do; each implementation runs it. */
export function clientConformance(name: string, open: () => Promise<Way>): void {
  describe(`client over ${name}`, () => {
    let way: Way;
    let client: Client;
    before(async () => {
      way = await open();
      client = createClient(way.transport);
    });
    after(() => way[Symbol.asyncDispose]());
    const config = (named: string, data: Record<string, string> = { a: "1" }, labels: Record<string, string> = {}) => ({
      metadata: { name: named, namespace: "default", labels },
      data,
    });
    const at = (named: string) => ({ namespace: "default", name: named });

    test("create, get, update, delete", async () => {
      const made = await client.create(ConfigMap, config("basic"), { signal: never });
      assert.equal(made.kind, "ConfigMap");
      assert.deepEqual(await client.get(ConfigMap, at("basic"), { signal: never }), made);
      const changed = await client.update(ConfigMap, { ...made, data: { a: "2" } }, { signal: never });
      assert.deepEqual(changed.data, { a: "2" });
      await assert.rejects(
        client.update(ConfigMap, { ...made, data: {} }, { signal: never }),
        refusal(409, "Conflict"),
      );
      await assert.rejects(
        client.delete(ConfigMap, at("basic"), { signal: never, uid: "00000000-0000-0000-0000-000000000000" }),
        refusal(409, "Conflict"),
      );
      const status = await client.delete(ConfigMap, at("basic"), { signal: never, uid: made.metadata.uid });
      assert.equal(status.kind, "Status");
      await assert.rejects(client.get(ConfigMap, at("basic"), { signal: never }), refusal(404, "NotFound"));
    });

    test("refusals come as StatusErrors with their details", async () => {
      await client.create(ConfigMap, config("twice"), { signal: never });
      await assert.rejects(client.create(ConfigMap, config("twice"), { signal: never }), refusal(409, "AlreadyExists"));
      await assert.rejects(client.create(ConfigMap, config("Bad Name"), { signal: never }), (error) => {
        refusal(422, "Invalid")(error);
        assert.equal((error as StatusError).status.details?.causes?.[0]?.field, "metadata.name");
        return true;
      });
      await assert.rejects(client.list(ConfigMap, { signal: never, labelSelector: "((" }), refusal(400, "BadRequest"));
    });

    test("lists: pages, selectors, namespaces; items say what they are", async () => {
      const labels = { group: "lists" };
      for (const named of ["l-1", "l-2", "l-3"]) {
        await client.create(ConfigMap, config(named, {}, labels), { signal: never });
      }
      const scope = { namespace: "default", labelSelector: "group=lists", signal: never };
      const whole = await client.list(ConfigMap, scope);
      assert.deepEqual(
        whole.items.map((item) => [item.kind, item.apiVersion, item.metadata.name]),
        ["l-1", "l-2", "l-3"].map((named) => ["ConfigMap", "v1", named]),
      );
      const page = await client.list(ConfigMap, { ...scope, limit: 2 });
      assert.equal(page.items.length, 2);
      const next = await client.list(ConfigMap, { ...scope, limit: 2, continue: page.metadata.continue! });
      assert.deepEqual(
        next.items.map((item) => item.metadata.name),
        ["l-3"],
      );
      assert.deepEqual((await client.list(ConfigMap, { ...scope, namespace: "kube-system" })).items, []);
      await client.deleteCollection(ConfigMap, { ...scope });
      assert.deepEqual((await client.list(ConfigMap, scope)).items, []);
    });

    test("the four kinds of patches", async () => {
      await client.create(ConfigMap, config("patched"), { signal: never });
      const patched = async (patch: Parameters<Client["patch"]>[2], options = {}) =>
        (await client.patch(ConfigMap, at("patched"), patch, { signal: never, ...options })).data;
      assert.deepEqual(await patched(mergePatch({ data: { b: "2" } })), { a: "1", b: "2" });
      assert.deepEqual(await patched(strategicPatch({ data: { a: null } })), { b: "2" });
      assert.deepEqual(await patched(jsonPatch([{ op: "add", path: "/data/c", value: "3" }])), { b: "2", c: "3" });
      const applied = applyPatch({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "patched" },
        data: { d: "4" },
      });
      assert.deepEqual(await patched(applied, { fieldManager: "me" }), { b: "2", c: "3", d: "4" });
      const other = applyPatch({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "patched" },
        data: { d: "5" },
      });
      await assert.rejects(patched(other, { fieldManager: "you" }), refusal(409, "Conflict"));
    });

    test("status and scale", async () => {
      const labels = { app: "web" };
      const containers = [{ name: "main", image: "web:1" }];
      const spec = {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      };
      const made = await client.create(Deployment, { metadata: at("web"), spec }, { signal: never });
      const seen = await client.setStatus(Deployment, made, { ...made.status, replicas: 1 }, { signal: never });
      assert.equal(seen.status.replicas, 1);
      assert.equal(await client.setStatus(Deployment, seen, seen.status, { signal: never }), seen, "no request");
      const scale = await client.getSubresource<{ spec: { replicas: number } }>(Deployment, at("web"), "scale", {
        signal: never,
      });
      assert.equal(scale.spec.replicas, 1);
    });

    test("cluster-scoped kinds and names that need escaping", async () => {
      await client.create(Node, { metadata: { name: "node.one" } }, { signal: never });
      assert.equal((await client.get(Node, { name: "node.one" }, { signal: never })).metadata.namespace, undefined);
      await assert.rejects(client.get(Node, { name: "a/b c" }, { signal: never }), refusal(404, "NotFound"));
    });

    test("causes travel with writes", async () => {
      const cause = { actor: "loop ü", saw: [{ key: "core/pods/default/x", revision: 7 }], reason: "because" };
      await client.create(ConfigMap, config("caused"), { signal: never, cause });
      const records = await way.server.store.records("core/configmaps/default/caused");
      assert.deepEqual(records.at(-1)?.cause, cause);
    });

    test("watches: in order, filtered, and quiet at the end", async () => {
      const leave = new AbortController();
      const { metadata } = await client.list(ConfigMap, { namespace: "default", signal: never });
      const options = { namespace: "default", labelSelector: "group=seen", signal: leave.signal };
      const events = client.watch(ConfigMap, { ...options, resourceVersion: metadata.resourceVersion! });
      const seen = collect(events, 4);
      const made = await client.create(ConfigMap, config("seen", {}, { group: "seen" }), { signal: never });
      await client.create(ConfigMap, config("unseen"), { signal: never });
      const away = await client.update(
        ConfigMap,
        { ...made, metadata: { ...made.metadata, labels: { group: "other" } } },
        { signal: never },
      );
      const back = await client.update(
        ConfigMap,
        { ...away, metadata: { ...away.metadata, labels: { group: "seen" } } },
        { signal: never },
      );
      await client.delete(ConfigMap, at("seen"), { signal: never });
      const got = await seen;
      assert.deepEqual(
        got.map((event) => event.type),
        ["ADDED", "DELETED", "ADDED", "DELETED"],
      );
      assert.deepEqual(got[0]!.object, made);
      assert.deepEqual(got[2]!.object, back);
      assert.equal(got[1]!.object.metadata.resourceVersion, away.metadata.resourceVersion);
      leave.abort();
    });

    test("a watch ends quietly when its time is up, and when it is aborted", async () => {
      const ended = client.watch(ConfigMap, { resourceVersion: "0", timeoutSeconds: 1, signal: never });
      for await (const batch of ended) assert(batch.length > 0);
      const leave = new AbortController();
      const { metadata } = await client.list(ConfigMap, { signal: never });
      const watching = collect(
        client.watch(ConfigMap, { resourceVersion: metadata.resourceVersion!, signal: leave.signal }),
        1,
      );
      leave.abort();
      assert.deepEqual(await watching, []);
    });

    test("a watch of a revision that is gone is refused as expired", async () => {
      const { metadata } = await client.create(ConfigMap, config("old"), { signal: never });
      await client.patch(ConfigMap, at("old"), mergePatch({ data: { a: "2" } }), { signal: never });
      await way.server.store.compact(way.server.store.revision);
      await assert.rejects(
        collect(client.watch(ConfigMap, { resourceVersion: metadata.resourceVersion, signal: never }), 1),
        refusal(410, "Expired"),
      );
    });

    test("the initial events end with a bookmark", async () => {
      const options = { resourceVersionMatch: "NotOlderThan", sendInitialEvents: true, allowWatchBookmarks: true };
      const leave = new AbortController();
      const { items } = await client.list(ConfigMap, { signal: never });
      const events = await collect(client.watch(ConfigMap, { ...options, signal: leave.signal }), items.length + 1);
      const last = events.at(-1)!;
      assert.equal(last.type, "BOOKMARK");
      assert.deepEqual(last.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
      leave.abort();
    });

    test("a call that is aborted fails", async () => {
      await assert.rejects(client.list(ConfigMap, { signal: AbortSignal.abort(new Error("gone")) }));
    });
  });
}

/** The first so many events; fewer if the watch ends before. */
async function collect(watch: AsyncIterable<readonly WatchEvent[]>, wanted: number): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const batch of watch) {
    events.push(...batch);
    if (events.length >= wanted) break;
  }
  return events;
}
