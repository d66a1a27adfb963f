import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { startTestServer, type TestServer } from "../apiserver/testing.ts";
import { silentLog } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import { simulatedSigner } from "../host/sim/token-signer.ts";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import type { Transport } from "./call.ts";
import { type Client, createClient, mergePatch } from "./client.ts";
import { type Informer, type ObjectChange, startInformer } from "./informer.ts";

const { signal } = new AbortController();
const user = { name: "admin", uid: "", groups: ["system:masters", "system:authenticated"], extra: {} };

interface Setting extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly server: TestServer;
  readonly client: Client;
  readonly informer: Informer<ConfigMap>;
  readonly changes: string[];
  /** Breaks the watches that are open, and refuses what is asked until it is mended. */
  readonly cable: { cut: boolean; break: () => void };
  readonly calls: string[];
}

async function setting(before: (client: Client) => Promise<void> = async () => {}): Promise<Setting> {
  const clock = new VirtualClock();
  const server = await startTestServer({ clock, signer: simulatedSigner });
  const tasks = new TaskGroup();
  const direct = server.server.transport(user, "test");
  const client = createClient(direct);
  await before(client);
  let breaking = new AbortController();
  const cable = {
    cut: false,
    break: () => {
      breaking.abort();
      breaking = new AbortController();
    },
  };
  const calls: string[] = [];
  const wired: Transport = {
    async send(call) {
      if (cable.cut) throw new Error("no connection");
      calls.push(call.verb);
      return direct.send(call);
    },
    async *watch(call) {
      if (cable.cut) throw new Error("no connection");
      calls.push(`watch from ${call.options.resourceVersion}`);
      const { signal: broken } = breaking;
      yield* direct.watch({ ...call, signal: AbortSignal.any([call.signal, broken]) });
      if (broken.aborted) throw new Error("connection broke");
    },
  };
  const parts = { client: createClient(wired), clock, random: seededRandom(1), log: silentLog, tasks };
  const indexes = { team: ({ metadata }: ConfigMap) => Object.values(metadata.labels ?? {}) };
  const informer = startInformer(ConfigMap, parts, { namespace: "default", indexes });
  const changes: string[] = [];
  informer.subscribe((change) => changes.push(text(change)));
  await clock.rest();
  await informer.synced;
  return {
    clock,
    server,
    client,
    informer,
    changes,
    cable,
    calls,
    async [Symbol.asyncDispose]() {
      tasks.abort();
      await clock.rest();
      await tasks.done();
      await server[Symbol.asyncDispose]();
    },
  };
}

function text(change: ObjectChange<ConfigMap>): string {
  const { type, object } = change;
  const was = type === "updated" ? `${change.old.data?.["a"]} → ` : "";
  return `${type} ${object.metadata.name} ${was}${object.data?.["a"]}`;
}

const draft = (name: string, a: string, team = "x") => ({
  metadata: { name, namespace: "default", labels: { team } },
  data: { a },
});
const at = (name: string) => ({ namespace: "default", name });

test("informer: shows what is there, then every change, and finds by index", async () => {
  await using world = await setting(async (client) => {
    await client.create(ConfigMap, draft("one", "1"), { signal });
  });
  const { client, informer, changes, clock } = world;
  await client.create(ConfigMap, draft("two", "1", "y"), { signal });
  await client.patch(ConfigMap, at("one"), mergePatch({ data: { a: "2" } }), { signal });
  await client.patch(ConfigMap, at("two"), mergePatch({ metadata: { labels: { team: "x" } } }), { signal });
  await client.delete(ConfigMap, at("one"), { signal });
  await clock.rest();
  assert.deepEqual(changes, ["added one 1", "added two 1", "updated one 1 → 2", "updated two 1 → 1", "deleted one 2"]);
  assert.equal(informer.get("default/one"), undefined);
  assert.deepEqual(
    informer.by("team", "x").map(({ metadata }) => metadata.name),
    ["two"],
  );
  assert.deepEqual(informer.by("team", "y"), []);
  assert.equal(informer.list("default").length, 1);
  assert.equal(informer.list("kube-system").length, 0);
});

test("informer: a broken watch goes on where it was, without another list", async () => {
  await using world = await setting();
  const { client, changes, clock, cable, calls } = world;
  await client.create(ConfigMap, draft("one", "1"), { signal });
  await clock.rest();
  cable.cut = true;
  cable.break();
  await client.patch(ConfigMap, at("one"), mergePatch({ data: { a: "2" } }), { signal });
  await clock.advance(2_000);
  assert.deepEqual(changes, ["added one 1"]);
  cable.cut = false;
  await clock.advance(60_000);
  assert.deepEqual(changes, ["added one 1", "updated one 1 → 2"]);
  assert.equal(calls.filter((call) => call === "list").length, 1);
});

test("informer: a revision that is gone is met by another list, which tells the differences", async () => {
  await using world = await setting(async (client) => {
    for (const name of ["gone", "kept", "changed"]) await client.create(ConfigMap, draft(name, "1"), { signal });
  });
  const { client, server, changes, clock, cable, calls } = world;
  changes.length = 0;
  cable.cut = true;
  cable.break();
  await client.delete(ConfigMap, at("gone"), { signal });
  await client.patch(ConfigMap, at("changed"), mergePatch({ data: { a: "2" } }), { signal });
  await client.create(ConfigMap, draft("new", "1"), { signal });
  await server.store.compact(server.store.revision);
  cable.cut = false;
  await clock.advance(60_000);
  assert.deepEqual(changes.toSorted(), ["added new 1", "deleted gone 1", "updated changed 1 → 2"]);
  assert.equal(calls.filter((call) => call === "list").length, 2);
});

test("informer: reached waits for a revision, and bookmarks count", async () => {
  await using world = await setting();
  const { client, informer, clock } = world;
  const made = await client.create(ConfigMap, draft("one", "1"), { signal });
  await informer.reached(Number(made.metadata.resourceVersion));
  assert.equal(informer.get("default/one")?.metadata.uid, made.metadata.uid);
  const elsewhere = await client.create(ConfigMap, { metadata: { name: "x", namespace: "kube-system" } }, { signal });
  let reached = false;
  const waiting = informer.reached(Number(elsewhere.metadata.resourceVersion)).then(() => (reached = true));
  await clock.rest();
  assert.equal(reached, false, "nothing of this namespace changed");
  await clock.advance(120_000);
  await waiting;
});

test("informer: what is gone leaves nothing behind", async () => {
  await using world = await setting();
  const { client, informer, clock } = world;
  for (let round = 0; round < 50; round++) {
    await client.create(ConfigMap, draft(`c-${round}`, "1", `team-${round}`), { signal });
    await client.delete(ConfigMap, at(`c-${round}`), { signal });
  }
  await clock.rest();
  assert.deepEqual(informer.list(), []);
  for (let round = 0; round < 50; round++) assert.deepEqual(informer.by("team", `team-${round}`), []);
});
