import { type ApiAccess, ApiRefusal } from "../cli/context.ts";
import type { HttpAnswer } from "../client/http-transport.ts";
import { clientCertificate } from "../cluster/client-certificate.ts";
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
  request: { readonly method: string; readonly target: string; readonly body?: unknown; readonly contentType?: string },
  signal: AbortSignal,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  const { url } = await runningOn(dataDirectory);
  const pki = openPki(placesOf(dataDirectory).pki, Date.now);
  const { certificate, key } = clientCertificate(pki, "admin", "kubernetes-admin", ["system:masters"]);
  using carrier = createCarrier({ server: url, ca: pki.authority.certificate, certificate, key });
  const { method, target, body, contentType = "application/json" } = request;
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
