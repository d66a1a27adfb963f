/**
 * Asks a real kube-apiserver the questions of src/api/testdata and writes its answers beside them:
 * `NODE_TLS_REJECT_UNAUTHORIZED=0 node tools/record-kinds.ts https://127.0.0.1:6443 <token>`. The server must have its
 * admission plugins ServiceAccount, DefaultTolerationSeconds, Priority and PodSecurity off; the objects that updates
 * start from are made in its namespace `default` and removed again, everything else is a dry run.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builtInKinds } from "../src/api/kinds.ts";

interface Body {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string };
}

interface Case {
  /** What is created; for an update, what it starts from. */
  readonly object: Body;
  readonly patch?: unknown;
  readonly subresource?: string;
  readonly status?: unknown;
  answer?: unknown;
}

/** What differs from run to run. */
const PASSING = ["uid", "creationTimestamp", "managedFields", "resourceVersion", "generation"];

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const [, , server, token] = process.argv;

await record("creates", async (one) => answerOf(await create(one)));
await record("updates", async (one) => answerOf(await update(one)));
await record("tables", table);

async function record(file: string, answer: (one: Case) => Promise<unknown>): Promise<void> {
  const path = fileURLToPath(new URL(`../src/api/testdata/${file}.json`, import.meta.url));
  const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];
  for (const one of cases) one.answer = await answer(one);
  writeFileSync(path, `[\n${cases.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
}

async function create({ object }: Case): Promise<Reply> {
  return ask("POST", `${placeOf(object)}?dryRun=All`, object);
}

async function update({ object, patch, subresource = "" }: Case): Promise<Reply> {
  return whileThere(object, (path) => ask("PATCH", `${path}${subresource && `/${subresource}`}?dryRun=All`, patch));
}

/** The row that an object has in a table, the object as it was and the moment: ages are counted from it. */
async function table({ object, status }: Case): Promise<unknown> {
  return whileThere(object, async (path) => {
    if (status !== undefined) await ask("PATCH", `${path}/status`, [{ op: "add", path: "/status", value: status }]);
    const stored = await ask("GET", path);
    delete stored.metadata?.["managedFields"];
    const nowMs = Math.floor(Date.now() / 1000) * 1000;
    const { columnDefinitions, rows } = (await ask("GET", path, undefined, TABLE)) as unknown as Table;
    const columns = columnDefinitions.map(({ description: _, ...column }) => column);
    return { stored, nowMs, columns, cells: rows[0]!.cells };
  });
}

interface Table {
  readonly columnDefinitions: readonly { readonly description: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

async function whileThere<T>(object: Body, act: (path: string) => Promise<T>): Promise<T> {
  const place = placeOf(object);
  const path = `${place}/${object.metadata.name}`;
  const made = await ask("POST", place, object);
  if (made["kind"] === "Status") throw new Error(`${path}: ${String(made["message"])}`);
  const result = await act(path);
  await ask("DELETE", `${path}?gracePeriodSeconds=0&propagationPolicy=Background`);
  if (object.kind === "Namespace") await ask("PUT", `${path}/finalize`, { ...object, spec: { finalizers: [] } });
  const finalizers = [{ op: "remove", path: "/metadata/finalizers" }];
  if (object.kind.startsWith("PersistentVolume")) await ask("PATCH", path, finalizers);
  return result;
}

function placeOf({ apiVersion, kind }: Body): string {
  const { namespaced, plural } = builtInKinds().find((one) => one.apiVersion === apiVersion && one.kind === kind)!;
  const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  return `${group}${namespaced ? "/namespaces/default" : ""}/${plural}`;
}

type Reply = Record<string, unknown> & { metadata?: Record<string, unknown> };

async function ask(method: string, path: string, body?: unknown, accept = "application/json"): Promise<Reply> {
  const type = method === "PATCH" ? "application/json-patch+json" : "application/json";
  const headers = { authorization: `Bearer ${token}`, "content-type": type, accept };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${server}${path}`, { method, headers, ...init });
  return (await response.json()) as Reply;
}

/** Of a refusal what it says; of an object what does not pass. */
function answerOf(reply: Reply): unknown {
  if (reply["kind"] === "Status") return { message: reply["message"], details: reply["details"] };
  for (const name of PASSING) delete reply.metadata?.[name];
  const conditions = (reply["status"] as { conditions?: Record<string, unknown>[] } | undefined)?.conditions;
  for (const condition of conditions ?? []) delete condition["lastTransitionTime"];
  return reply;
}
