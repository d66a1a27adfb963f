/**
 * Asks a real kube-apiserver the questions of src/api/testdata and writes its answers beside them:
 * `NODE_TLS_REJECT_UNAUTHORIZED=0 node tools/record-answers.ts https://127.0.0.1:6443 <token>`. The server must have its
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
  answer?: unknown;
}

/** What differs from run to run. */
const PASSING = ["uid", "creationTimestamp", "managedFields", "resourceVersion", "generation"];

const [, , server, token] = process.argv;

for (const file of ["creates", "updates"]) {
  const path = fileURLToPath(new URL(`../src/api/testdata/${file}.json`, import.meta.url));
  const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];
  for (const one of cases) one.answer = answerOf(await (one.patch === undefined ? create(one) : update(one)));
  writeFileSync(path, `[\n${cases.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
}

async function create({ object }: Case): Promise<Reply> {
  return ask("POST", `${placeOf(object)}?dryRun=All`, object);
}

async function update({ object, patch, subresource = "" }: Case): Promise<Reply> {
  const place = placeOf(object);
  const path = `${place}/${object.metadata.name}`;
  const made = await ask("POST", place, object);
  if (made["kind"] === "Status") throw new Error(`${path}: ${String(made["message"])}`);
  const reply = await ask("PATCH", `${path}${subresource && `/${subresource}`}?dryRun=All`, patch);
  await ask("DELETE", `${path}?gracePeriodSeconds=0&propagationPolicy=Background`);
  if (object.kind === "Namespace") await ask("PUT", `${path}/finalize`, { ...object, spec: { finalizers: [] } });
  return reply;
}

function placeOf({ apiVersion, kind }: Body): string {
  const { namespaced, plural } = builtInKinds().find((one) => one.apiVersion === apiVersion && one.kind === kind)!;
  const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  return `${group}${namespaced ? "/namespaces/default" : ""}/${plural}`;
}

type Reply = Record<string, unknown> & { metadata?: Record<string, unknown> };

async function ask(method: string, path: string, body?: unknown): Promise<Reply> {
  const type = method === "PATCH" ? "application/json-patch+json" : "application/json";
  const headers = { authorization: `Bearer ${token}`, "content-type": type };
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
