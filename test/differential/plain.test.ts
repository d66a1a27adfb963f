import assert from "node:assert/strict";
import { test } from "node:test";
import { Plainer } from "./plain.ts";

const uids = ["11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-aaaaaaaaaaaa"] as const;

function plainer(world: "api" | "cluster" = "api"): Plainer {
  const made = new Plainer(world, 6443);
  made.next();
  return made;
}

test("plain: an identity has the number of the step that showed it first, wherever it comes again", () => {
  const one = plainer();
  assert.deepEqual(one.value({ metadata: { uid: uids[0] } }), { metadata: { uid: "<uid 1.1>" } });
  one.next();
  assert.equal(one.text(`${uids[1]} owns ${uids[0]}`), "<uid 2.1> owns <uid 1.1>");
});

test("plain: of two servers that mix identities up, one looks different", () => {
  const right = plainer();
  const wrong = plainer();
  assert.notDeepEqual([right.text(uids[0]), right.text(uids[0])], [wrong.text(uids[0]), wrong.text(uids[1])]);
});

test("plain: versions are compared where nothing but the case writes, and left out elsewhere", () => {
  const object = { metadata: { uid: uids[0], resourceVersion: "7" } };
  const api = plainer("api");
  assert.equal(api.value(object).metadata.resourceVersion, "<rv 1.1>");
  assert.equal(api.value(object).metadata.resourceVersion, "<rv 1.1>", "the same object, unchanged");
  api.next();
  assert.equal(api.value({ metadata: { uid: uids[0], resourceVersion: "8" } }).metadata.resourceVersion, "<rv 2.1>");
  assert.equal(plainer("cluster").value(object).metadata.resourceVersion, "<rv>");
  assert.equal(api.value({ kind: "List", resourceVersion: "9" }).resourceVersion, "<rv>", "a list's is not its own");
  assert.equal(api.value({ resourceVersion: "0" }).resourceVersion, "0");
});

test("plain: times, servers, addresses and generated names", () => {
  const cases: readonly [text: string, plain: string][] = [
    ["at 2026-01-02T03:04:05Z", "at <time>"],
    ["at 2026-01-02T03:04:05.000006Z", "at <microtime>"],
    ["https://127.0.0.1:6443/api", "https://<server>/api"],
    ["clusterIP 10.96.3.4", "clusterIP <address 1.1>"],
    ["pod web-7d4b9c6f5d-x2z9k", "pod web-<hash 1.1>-<random>"],
    ["name one-two", "name one-two"],
  ];
  for (const [text, plain] of cases) assert.equal(plainer().text(text), plain);
});

test("plain: node ports, as values, in YAML and in JSON within messages", () => {
  const one = plainer();
  assert.deepEqual(one.value({ nodePort: 30204 }), { nodePort: "<port 1.1>" });
  assert.equal(
    one.text(String.raw`Invalid value: "{\"nodePort\":30204,\"port\":80}"`),
    String.raw`Invalid value: "{\"nodePort\":<port 1.1>,\"port\":80}"`,
  );
  assert.equal(
    one.text("spec.ports[1].nodePort: Duplicate value: 30204"),
    "spec.ports[1].nodePort: Duplicate value: <port 1.1>",
  );
  assert.equal(one.text("duplicate nodePort: {TCP 30204}"), "duplicate nodePort: {TCP <port 1.1>}");
  assert.equal(one.text("ports:\n- nodePort: 30205\n  port: 80"), "ports:\n- nodePort: <port 1.2>\n  port: 80");
});

test("plain: a template's hash is known by its label, whatever its length", () => {
  const one = plainer();
  one.value({ metadata: { labels: { "pod-template-hash": "bcdfg" } } });
  assert.equal(one.text("ReplicaSet web-bcdfg"), "ReplicaSet web-<hash 1.1>");
});

test("plain: members have no order, lists have, managers and their conflicts are in the order of names", () => {
  const one = plainer();
  assert.equal(JSON.stringify(one.value({ b: 1, a: 2 })), '{"a":2,"b":1}');
  assert.deepEqual(one.value([2, 1]), [2, 1]);
  const entries = ["two", "one"].map((manager) => ({ manager, operation: "Update" }));
  const managers = one.value({ managedFields: entries }).managedFields as readonly { manager: string }[];
  assert.deepEqual(
    managers.map(({ manager }) => manager),
    ["one", "two"],
  );
  const conflict = (message: string, field: string) => ({ reason: "FieldManagerConflict", message, field });
  const causes = [conflict("with two", ".b"), conflict("with two", ".a"), conflict("with one", ".c")];
  const sorted = one.value({ causes }).causes as readonly { field: string }[];
  assert.deepEqual(
    sorted.map(({ field }) => field),
    [".c", ".b", ".a"],
  );
});

test("plain: what is printed for people loses ages and the widths that come of them", () => {
  const text = "NAME   AGE\nweb    3m12s   \n";
  assert.equal(plainer().printed(text), "NAME  AGE\nweb  <age>\n");
  assert.equal(plainer().printed("tolerates for 300s"), "tolerates for 300s", "no age of a run");
});
