import type { CertificateReader } from "../api/certificates/reader.ts";
import type { Clock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import { type Client, createClient } from "../client/client.ts";
import type { KubeObject } from "../machinery/object.ts";
import { memoryEngine } from "../store/memory-engine.ts";
import { openStore } from "../store/store.ts";
import type { Store } from "../store/contract.ts";
import type { WebhookCaller } from "./admission/webhooks/call.ts";
import type { RemoteServers } from "./aggregation/remote.ts";
import { defaultObjects } from "./auth/bootstrap-policy.ts";
import type { User } from "./auth/user.ts";
import { joinBytes } from "./encode/text.ts";
import { type ApiRequest, type ApiResponse, BodyTooLarge } from "./http.ts";
import { type ApiServer, type ApiServerSettings, createApiServer, defaultSettings } from "./server.ts";
import { objectCodec } from "./storage/codec.ts";
import type { TokenSigner } from "./tokens.ts";

/** An API server over a store in memory, called without a socket as the administrator. */
export interface TestServer extends AsyncDisposable {
  readonly server: ApiServer;
  readonly store: Store<KubeObject>;
  /** Acts as the administrator, in process. */
  readonly client: Client;
  readonly signal: AbortSignal;
  /** @param ask method and target: `GET /api/v1/pods?limit=1`. */
  ask(ask: string, asked?: Asked): Promise<TestAnswer>;
  /** The answer as the carrier gets it: its body is not read. */
  open(ask: string, asked?: Asked): Promise<ApiResponse>;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: ApiResponse["headers"];
  readonly text: string;
}

const ADMINISTRATOR = { commonName: "admin", organizations: ["system:masters"], fingerprint: "00" };

export async function startTestServer({
  clock,
  signer,
  webhooks,
  remotes,
  certificates,
  settings,
}: {
  readonly clock: Clock;
  readonly signer: TokenSigner;
  readonly webhooks?: WebhookCaller;
  readonly remotes?: RemoteServers;
  readonly certificates?: CertificateReader;
  readonly settings?: Partial<ApiServerSettings>;
}): Promise<TestServer> {
  const codec = objectCodec({ frozen: true });
  const store = await openStore<KubeObject>({ engine: memoryEngine(), codec, clock, log: silentLog });
  const tasks = new TaskGroup();
  const random = seededRandom("test");
  const parts = { store, clock, random, log: silentLog, tasks, signer, settings: { ...defaultSettings, ...settings } };
  const server = createApiServer({
    ...parts,
    ...(webhooks === undefined ? {} : { webhooks }),
    ...(remotes === undefined ? {} : { remotes }),
    ...(certificates === undefined ? {} : { certificates }),
  });
  const client = createClient(server.transport(administrator, "kube-apiserver"));
  const { signal } = tasks;
  for (const object of defaultObjects()) {
    const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["", object.apiVersion];
    await client.create(server.registry.byKind(group!, version!, object.kind)!, object as unknown as KubeObject, {
      signal,
    });
  }
  const open = (ask: string, asked: Asked = {}) => server.handle(requestOf(ask, asked, signal));
  return {
    server,
    store,
    client,
    signal,
    open,
    async ask(ask, asked) {
      const { status, headers, body } = await open(ask, asked);
      return { status, headers, text: decoder.decode(await wholeBody(body)) };
    },
    async [Symbol.asyncDispose]() {
      tasks.abort();
      await clock.turn();
      await tasks.done();
      await store[Symbol.asyncDispose]();
    },
  };
}

const administrator: User = { name: "admin", uid: "", groups: ["system:masters", "system:authenticated"], extra: {} };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function requestOf(ask: string, { headers = {}, body, signal }: Asked, always: AbortSignal): ApiRequest {
  const [method = "", target = ""] = ask.split(" ");
  const [path = "", query = ""] = target.split("?");
  const bytes = bytesOf(body);
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { "user-agent": "test", ...headers },
    async body(limit) {
      if (bytes.length > limit) throw new BodyTooLarge(limit);
      return bytes;
    },
    signal: signal === undefined ? always : AbortSignal.any([always, signal]),
    peer: { address: "127.0.0.1", certificate: ADMINISTRATOR },
  };
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  return encoder.encode(typeof body === "string" ? body : JSON.stringify(body));
}

async function wholeBody(body: ApiResponse["body"]): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  if (body.type === "upgrade") throw new Error("the answer takes the connection over");
  const pieces: Uint8Array[] = [];
  for await (const chunk of body.chunks) pieces.push(...chunk);
  return joinBytes(pieces);
}
