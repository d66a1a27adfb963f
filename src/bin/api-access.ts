import { type ApiAccess, ApiRefusal } from "../cli/context.ts";
import type { HttpAnswer, HttpCarrier } from "../client/http-transport.ts";
import { clientCertificate } from "../cluster/client-certificate.ts";
import { readCredentials } from "../cluster/credentials.ts";
import { placesOf } from "../cluster/places.ts";
import { readRunning, type RunningRecord } from "../cluster/running.ts";
import { createCarrier } from "../host/node/http/carrier.ts";
import { openPki } from "../host/node/pki/directory.ts";

/** The cluster that runs on a data directory. @throws with a sentence where none does. */
export async function runningOn(dataDirectory: string): Promise<RunningRecord> {
  const running = await readRunning(dataDirectory);
  if (running !== undefined) return running;
  throw new Error(`no cluster runs on ${dataDirectory}: start it with 'wherry up', or say which one by --data-dir`);
}

/** One request to a running cluster as its administrator; the answer's body has to be read to its end. */
export async function requestAsAdmin<T>(
  dataDirectory: string,
  request: OneRequest,
  signal: AbortSignal,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  const { url, joined } = await runningOn(dataDirectory);
  if (joined === true) throw new Error(`this machine is a node of ${url}: do that where its control plane runs`);
  const pki = openPki(placesOf(dataDirectory).pki, Date.now);
  const admin = clientCertificate(pki, "admin", "kubernetes-admin", ["system:masters"]);
  using carrier = createCarrier({ server: url, ca: pki.authority.certificate, ...admin });
  return await requestBy(carrier, request, signal, read);
}

interface OneRequest {
  readonly method: string;
  readonly target: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

async function requestBy<T>(
  carrier: HttpCarrier,
  { method, target, body, contentType = "application/json" }: OneRequest,
  signal: AbortSignal,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  const headers = { accept: "application/json", "user-agent": "wherry" };
  const answer = await carrier.send({
    method,
    target,
    headers: body === undefined ? headers : { ...headers, "content-type": contentType },
    ...(body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) }),
    signal,
  });
  if (answer.status >= 400) throw refusal(answer.status, await textOf(answer));
  return await read(answer);
}

export function apiAccess(dataDirectory: string, signal: AbortSignal): ApiAccess {
  return {
    send: (method, target, body, contentType) =>
      requestAsAdmin(
        dataDirectory,
        { method, target, body, ...(contentType === undefined ? {} : { contentType }) },
        signal,
        async (answer) => parsed(await textOf(answer)),
      ),
  };
}

/** Asks as the node that this machine is. */
export function nodeAccess(
  { url, nodeName }: RunningRecord,
  dataDirectory: string,
  signal: AbortSignal,
): ApiAccess["send"] {
  return async (method, target) => {
    const credentials = readCredentials(placesOf(dataDirectory).node(nodeName!).credentials);
    if (credentials === undefined) throw new Error(`this machine has no certificate of node ${nodeName}`);
    using carrier = createCarrier({ server: url, ca: credentials.authority, ...credentials.kubelet });
    return await requestBy(carrier, { method, target }, signal, async (answer) => parsed(await textOf(answer)));
  };
}

async function textOf(answer: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function refusal(status: number, text: string): ApiRefusal {
  const value = parsed(text) as { readonly message?: string } | string;
  return new ApiRefusal(status, typeof value === "string" ? value : (value.message ?? `the server answered ${status}`));
}

/** JSON where it is, else the text itself (health checks). */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
