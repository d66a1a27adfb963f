import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import type { ApiResponse, ChunkedBody } from "../http.ts";
import { startTestServer, type TestServer } from "../testing.ts";
import { negotiate } from "./negotiate.ts";
import { decodeProtobuf } from "./protobuf/envelope.ts";
import { ProtobufReader } from "./protobuf/reader.ts";
import { joinBytes } from "./text.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const PARTIAL = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const CLIENT_GO = { headers: { accept: `${PROTOBUF},application/json` } };

async function bytesOf({ body }: ApiResponse): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const step of (body as ChunkedBody).chunks) pieces.push(...step);
  return joinBytes(pieces);
}

async function make(api: TestServer, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const name = `m${String(index).padStart(3, "0")}`;
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { key: "value" } };
    assert.equal((await api.ask("POST /api/v1/namespaces/default/configmaps", { body })).status, 201);
  }
}

test("protobuf: objects, lists, metadata and refusals say what JSON says", async () => {
  await using api = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  await make(api, 2);
  const maps = "GET /api/v1/namespaces/default/configmaps";
  for (const path of [
    `${maps}/m000`,
    maps,
    "GET /api/v1/namespaces/default",
    `${maps}/none`,
    "GET /apis",
    "GET /api/v1",
  ]) {
    const response = await api.open(path, CLIENT_GO);
    const json = await api.ask(path);
    assert.equal(response.status, json.status, path);
    assert.equal(response.headers["content-type"], PROTOBUF);
    const { apiVersion, ...said } = decodeProtobuf(await bytesOf(response));
    const { apiVersion: version = "", ...wanted } = JSON.parse(json.text);
    assert.deepEqual([apiVersion, said], [version, wanted], path);
  }
  const metadata = await api.open(`${maps}/m000`, { headers: { accept: `${PROTOBUF};${PARTIAL}` } });
  const { kind, metadata: shown } = decodeProtobuf(await bytesOf(metadata)) as {
    kind: string;
    metadata: { name: string };
  };
  assert.deepEqual([kind, shown.name], ["PartialObjectMetadata", "m000"]);
});

test("protobuf: a long list comes in steps, and each version is written once", async () => {
  await using api = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  await make(api, 300);
  const ask = "GET /api/v1/namespaces/default/configmaps?resourceVersion=0";
  const [first, second] = [await api.open(ask, CLIENT_GO), await api.open(ask, CLIENT_GO)];
  const pieces: Uint8Array[][] = [[], []];
  for (const [index, { body }] of [first, second].entries()) {
    for await (const step of (body as ChunkedBody).chunks) pieces[index]!.push(...step);
  }
  const list = decodeProtobuf(joinBytes(pieces[0]!)) as unknown as { items: readonly { metadata: { name: string } }[] };
  assert.deepEqual([list.items.length, list.items[299]!.metadata.name], [300, "m299"]);
  // Envelope and metadata are three pieces, then a length and a message for each item.
  assert.equal(pieces[0]![4], pieces[1]![4], "the very same bytes");
});

test("protobuf: a watch gives frames, which all watchers share", async () => {
  await using api = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  const watch = "GET /api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=3600";
  const open = async () => {
    const response = await api.open(watch, { headers: { accept: `${PROTOBUF};stream=watch,application/json` } });
    assert.equal(response.headers["content-type"], `${PROTOBUF};stream=watch`);
    return ((response.body as ChunkedBody).chunks as AsyncIterable<readonly Uint8Array[]>)[Symbol.asyncIterator]();
  };
  const watchers = [await open(), await open()];
  const next = watchers.map((watcher) => watcher.next());
  await make(api, 1);
  const frames = (await Promise.all(next)).map(({ value }) => (value as readonly Uint8Array[])[0]!);
  assert.equal(frames[0], frames[1], "the very same bytes");
  const [frame] = frames as [Uint8Array];
  assert.equal(new DataView(frame.buffer, frame.byteOffset).getUint32(0), frame.length - 4);
  const event = new ProtobufReader(frame, 4);
  assert.equal(event.tag().number, 1);
  assert.equal(new TextDecoder().decode(event.bytes()), "ADDED");
  assert.equal(event.tag().number, 2);
  const raw = event.message();
  assert.equal(raw.tag().number, 1);
  const { kind, metadata } = decodeProtobuf(raw.bytes()) as { kind: string; metadata: { name: string } };
  assert.deepEqual([kind, metadata.name], ["ConfigMap", "m000"]);
  await Promise.all(watchers.map((watcher) => watcher.return?.()));
});

test("protobuf: what is chosen of what a client accepts", () => {
  const TABLE = "as=Table;g=meta.k8s.io;v=v1";
  const cases: readonly [accept: string, chosen: string | RegExp][] = [
    [PROTOBUF, "protobuf object"],
    [`application/json;q=0.5,${PROTOBUF}`, "protobuf object"],
    [`${PROTOBUF};q=0.1,*/*;q=0.9`, "json object"],
    [`text/plain,*/*`, "json object"],
    [`${PROTOBUF};${PARTIAL}`, "protobuf partial"],
    [`${PROTOBUF};${TABLE},application/json;${TABLE},application/json`, "json table"],
    [`${PROTOBUF};${TABLE}`, /only the following media types are accepted: application\/json, application\/yaml/],
    ["application/*", /^406: Not Acceptable/],
  ];
  for (const [accept, chosen] of cases) {
    const asked = () => negotiate({ headers: { accept }, query: new URLSearchParams() }, "answer");
    if (chosen instanceof RegExp) assert.throws(asked, { message: chosen }, accept);
    else assert.equal(`${asked().format} ${asked().view.type}`, chosen, accept);
  }
});
