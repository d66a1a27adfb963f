import assert from "node:assert/strict";
import { test } from "node:test";
import { defineKind, type Kind } from "../../api/kind.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { isStatus } from "../../machinery/status.ts";
import type { Entry } from "../../store/contract.ts";
import { SealedEntry } from "../../store/entry.ts";
import type { ChunkedBody } from "../http.ts";
import type { WatchStep } from "../operation.ts";
import { parseBody } from "./body.ts";
import { encodeOutcome, encodeStatus, type Encoding } from "./encode.ts";
import { negotiate } from "./negotiate.ts";
import { warningHeaders } from "./warning.ts";
import { createFrameCache } from "./watch.ts";

interface Web extends KubeObject {
  readonly status: { readonly phase: string };
}

const kind = defineKind<Web>(
  {
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    singular: "namespace",
    namespaced: false,
    verbs: [],
    shortNames: [],
    categories: [],
    subresources: [],
    shape: { type: "struct", name: "x", fields: {}, atomic: false },
    listKind: "NamespaceList",
    defaults: {},
  },
  {
    columns: [
      {
        name: "Status",
        type: "string",
        description: "The status of the namespace",
        value: ({ status }) => status.phase,
      },
    ],
  },
) as unknown as Kind;

const codec = {
  seal: (value: KubeObject) => ({ value, bytes: new TextEncoder().encode(JSON.stringify(value)) }),
  open: (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as KubeObject,
};

function entryOf(name: string, note = ""): Entry<KubeObject> {
  const value = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      uid: "u",
      resourceVersion: "28",
      creationTimestamp: "2026-11-21T08:36:29Z",
      ...(note === "" ? {} : { annotations: { note } }),
    },
    status: { phase: "Active" },
  } as KubeObject;
  return SealedEntry.sealed(`core/namespaces/${name}`, 28, value, codec);
}

const encoding: Encoding = {
  describe: (_definition, field) => `The ${field}.`,
  frames: createFrameCache(),
  now: () => Date.parse("2026-11-21T08:46:30Z"),
  turn: () => Promise.resolve(),
};

const asking = (accept: string, query = "", agent = "client-go") => ({
  headers: { ...(accept === "" ? {} : { accept }), "user-agent": agent },
  query: new URLSearchParams(query),
});
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const textOf = (body: unknown) => new TextDecoder().decode(body as Uint8Array);
const listing = (entries: readonly Entry<KubeObject>[]) =>
  ({ type: "list", kind, metadata: { resourceVersion: "404" }, entries }) as const;

test("encode: a stored object is answered by its stored bytes", () => {
  const entry = entryOf("default");
  const outcome = { type: "object", code: 200, kind, object: entry.value, entry } as const;
  const response = encodeOutcome(outcome, negotiate(asking(""), "answer"), encoding);
  assert.equal(textOf(response.body), `${textOf(entry.bytes)}\n`);
  assert.deepEqual(response.headers, { "cache-control": "no-cache, private", "content-type": "application/json" });
  const pretty = encodeOutcome(outcome, negotiate(asking("*/*", "", "curl/8"), "answer"), encoding);
  assert.equal(textOf(pretty.body), JSON.stringify(entry.value, undefined, 2));
});

test("encode: a list joins the bytes; long ones come in steps", () => {
  const entries = ["a", "b"].map((name) => entryOf(name));
  const response = encodeOutcome(listing(entries), negotiate(asking("application/json"), "answer"), encoding);
  const list = JSON.parse(textOf(response.body)) as Record<string, unknown>;
  assert.deepEqual(list, {
    kind: "NamespaceList",
    apiVersion: "v1",
    metadata: { resourceVersion: "404" },
    items: entries.map(({ value: { kind: _kind, apiVersion: _version, ...item } }) => item),
  });
  const many = Array.from({ length: 400 }, (_, index) => entryOf(`n${index}`, "x".repeat(2000)));
  const { body } = encodeOutcome(listing(many), negotiate(asking(""), "answer"), encoding);
  const steps = [...((body as ChunkedBody).chunks as Iterable<readonly Uint8Array[]>)];
  assert(steps.length > 2);
  const whole = JSON.parse(steps.flat().map(textOf).join("")) as { items: unknown[] };
  assert.equal(whole.items.length, 400);
});

test("encode: a table as kubectl asks for it", () => {
  const accept = `${TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`;
  const response = encodeOutcome(listing([entryOf("default")]), negotiate(asking(accept), "answer"), encoding);
  assert.deepEqual(JSON.parse(textOf(response.body)), {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: "404" },
    columnDefinitions: [
      { name: "Name", type: "string", format: "name", description: "The name.", priority: 0 },
      { name: "Status", type: "string", format: "", description: "The status of the namespace", priority: 0 },
      { name: "Age", type: "string", format: "", description: "The creationTimestamp.", priority: 0 },
    ],
    rows: [
      {
        cells: ["default", "Active", "10m"],
        object: {
          kind: "PartialObjectMetadata",
          apiVersion: "meta.k8s.io/v1",
          metadata: entryOf("default").value.metadata,
        },
      },
    ],
  });
  const none = encodeOutcome(
    listing([entryOf("a")]),
    negotiate(asking(TABLE, "includeObject=None"), "answer"),
    encoding,
  );
  assert.deepEqual(JSON.parse(textOf(none.body)).rows, [{ cells: ["a", "Active", "10m"], object: null }]);
  assert.throws(
    () => encodeOutcome(listing([]), negotiate(asking(TABLE, "includeObject=Foo"), "answer"), encoding),
    /includeObject: Invalid value: "Foo": must be 'Metadata', 'Object', 'None', or empty/,
  );
});

test("encode: metadata alone, of lists and of objects", () => {
  const asList = asking("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
  const list = encodeOutcome(listing([entryOf("a")]), negotiate(asList, "answer"), encoding);
  assert.equal(JSON.parse(textOf(list.body)).items[0].kind, "PartialObjectMetadata");
  const asObject = asking("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
  assert.throws(
    () => encodeOutcome(listing([]), negotiate(asObject, "answer"), encoding),
    /you requested PartialObjectMetadata, but the requested object is a list \(\*core\.NamespaceList\)/,
  );
});

test("encode: watches give lines; changes are wrapped once; a table names its columns once", async () => {
  async function* steps(): AsyncIterable<readonly WatchStep[]> {
    yield [
      { type: "ADDED", entry },
      { type: "MODIFIED", entry },
    ];
    yield [{ type: "BOOKMARK", revision: 9, initialEventsEnd: true }];
  }
  const entry = entryOf("default");
  const linesOf = async (accept: string) => {
    const response = encodeOutcome(
      { type: "watch", kind, steps: steps() },
      negotiate(asking(accept), "stream"),
      encoding,
    );
    const lines: Uint8Array[] = [];
    for await (const batch of (response.body as ChunkedBody).chunks) lines.push(...batch);
    return lines;
  };
  const plain = await linesOf("application/json;stream=watch");
  assert.equal(textOf(plain[0]), `{"type":"ADDED","object":${textOf(entry.bytes)}}\n`);
  assert.equal((await linesOf(""))[0], plain[0], "the very same bytes");
  assert.deepEqual(JSON.parse(textOf(plain[2])), {
    type: "BOOKMARK",
    object: {
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { resourceVersion: "9", annotations: { "k8s.io/initial-events-end": "true" } },
    },
  });
  const table = (await linesOf(TABLE)).map((line) => JSON.parse(textOf(line)).object);
  assert.equal(table[0].columnDefinitions.length, 3);
  assert.equal(table[1].columnDefinitions, null);
  assert.deepEqual(table[1].rows[0].cells, ["default", "Active", "10m"]);
  assert.equal(table[2].rows[0].object.metadata.resourceVersion, "9");
});

test("encode: what cannot be made is refused, and the refusal is told as JSON", () => {
  const html = asking("text/html");
  assert.throws(
    () => negotiate(html, "answer"),
    (error) =>
      isStatus(error, "NotAcceptable") && /application\/json, application\/yaml, application\/vnd/.test(error.message),
  );
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "a<b",
    code: 406,
  } as const;
  assert.match(textOf(encodeStatus(status, 406, html).body), /^\{\n  "kind": "Status",[^]*"a\\u003cb"[^]*\}$/);
  const yaml = encodeStatus(status, 406, asking("application/yaml"));
  assert.equal(yaml.headers["content-type"], "application/yaml");
  assert.equal(negotiate(asking("text/html, */*;q=0.1"), "answer").format, "json");
  assert.throws(() => negotiate(asking("application/yaml"), "stream"), /application\/json;stream=watch/);
});

test("encode: bodies are read as Kubernetes reads them", () => {
  const json = (text: string) => parseBody(new TextEncoder().encode(text), "application/json", "ConfigMap");
  assert.deepEqual(json('{"a":1}'), { mediaType: "application/json", value: { a: 1 }, text: '{"a":1}', problems: [] });
  assert.throws(
    () => json('{"metadata":{"name":"x"'),
    /^StatusError: the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: unexpected end of JSON input \(\{"metadata":\{"name":"x"\)$/,
  );
  assert.throws(() => json("hello"), /invalid character 'h' looking for beginning of value \(68656c6c6f\)$/);
  assert.throws(() => json(""), /unexpected end of JSON input \(<empty>\)$/);
  assert.throws(
    () => json('{"apiVersion":1}'),
    /cannot unmarshal number into Go struct field \.apiVersion of type string/,
  );
  const yaml = parseBody(new TextEncoder().encode("data:\n  a: b\n  a: c\n"), "application/yaml", "ConfigMap");
  assert.deepEqual([yaml.value, yaml.problems], [{ data: { a: "c" } }, ['line 3: key "a" already set in map']]);
});

test("encode: warnings", () => {
  const [text] = warningHeaders(['unknown field "spec.foo"', 'unknown field "spec.foo"']);
  assert.equal(text, String.raw`299 - "unknown field \"spec.foo\""`);
  const long = (letter: string, length: number) => letter.repeat(length);
  const whole = warningHeaders([long("a", 4000), long("b", 96)]);
  assert.deepEqual(whole, [`299 - "${long("a", 4000)}"`, `299 - "${long("b", 96)}"`]);
  const shortened = warningHeaders([long("a", 4000), long("b", 97), "c"]);
  assert.deepEqual(shortened, [`299 - "${long("a", 256)}"`, `299 - "${long("b", 97)}"`, '299 - "c"']);
  assert.equal(warningHeaders(Array.from({ length: 40 }, (_, index) => `${index}-${long("a", 300)}`)).length, 16);
});
