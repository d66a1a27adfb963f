import { jsonText, parseJson } from "../../../machinery/exact-json.ts";
import type { IncomingMessage } from "node:http";
import { type Agent, type RequestOptions, request } from "node:https";
import type { WebhookCaller, WebhookTarget } from "../../../apiserver/admission/webhooks/call.ts";
import { type PodWays, tlsAgent } from "./pod-ways.ts";
import { trustIn } from "./trust.ts";

export interface WebhookCallerOptions {
  /** `http://address:port` that a port of a service leads to. Throws where nothing is ready behind it. */
  readonly locate: (service: NonNullable<WebhookTarget["service"]>) => { readonly host: string; readonly port: number };
  readonly ways: PodWays;
}

/** Answers beyond this are no verdicts. */
const ANSWER_LIMIT_BYTES = 3 * 1024 * 1024;

/** Asks webhooks over TLS: those in the cluster at one of their pods, under the service's name. */
export function createWebhookCaller({ locate, ways }: WebhookCallerOptions): WebhookCaller & Disposable {
  const agent = tlsAgent(ways, { keepAlive: true, maxFreeSockets: 16 });
  return {
    async post(target, body, { timeoutMs }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await ask(target, jsonText(body), {
          agent,
          signal: timeout,
          ...placeOf(target, locate),
        });
        const text = await textOf(response);
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return parseJson(text);
        throw new Error(refusalIn(text) ?? `the server rejected our request for an unknown reason (status ${status})`);
      } catch (error) {
        if (timeout.aborted) throw new Error(`Post "${target.url}": context deadline exceeded`, { cause: error });
        throw error;
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

type Place = Pick<RequestOptions, "host" | "port" | "servername">;

function placeOf({ service }: WebhookTarget, locate: WebhookCallerOptions["locate"]): Place {
  if (service === undefined) return {};
  return { ...locate(service), servername: `${service.name}.${service.namespace}.svc` };
}

interface SendOptions extends Place {
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 10;

/** Sends it, and goes where it is sent on to, as Go's client does: a POST again by 307 and 308, a GET by the others. */
async function ask(target: WebhookTarget, body: string, options: SendOptions): Promise<IncomingMessage> {
  let [url, sent, place]: [string, string | undefined, SendOptions] = [target.url, body, options];
  for (let redirects = 0; ; redirects++) {
    const response = await send(url, target.authorities, sent, place);
    const { statusCode = 0, headers } = response;
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return response;
    response.resume();
    if (redirects === MOST_REDIRECTS) throw new Error(`Post "${url}": stopped after ${MOST_REDIRECTS} redirects`);
    const next = new URL(headers.location, url);
    if (next.host !== new URL(url).host) place = { agent: options.agent, signal: options.signal };
    if (statusCode < 307) sent = undefined;
    url = next.href;
  }
}

/** @param body POSTed; undefined for a GET */
function send(
  url: string,
  authorities: string | undefined,
  body: string | undefined,
  options: SendOptions,
): Promise<IncomingMessage> {
  const { host, hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({
      host: hostname,
      port: port === "" ? 443 : Number(port),
      ...options,
      path: `${pathname}${search}`,
      method: body === undefined ? "GET" : "POST",
      headers: {
        host,
        accept: "application/json",
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        "user-agent": "kube-apiserver-admission",
      },
      ...trustIn(authorities),
    });
    sent.on("error", (error) => reject(new Error(`Post "${url}": ${inGoWords(error)}`, { cause: error })));
    sent.on("response", resolve);
    sent.end(body);
  });
}

/** The words that Kubernetes' users know for what TLS and TCP object to. */
function inGoWords(error: NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return `dial tcp ${error.address}:${error.port}: connect: connection refused`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
    case "CERT_HAS_EXPIRED":
      return "tls: failed to verify certificate: x509: certificate has expired or is not yet valid";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `tls: failed to verify certificate: x509: ${error.message}`;
    default:
      return error.message;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_LIMIT_BYTES) throw new Error(`the answer is longer than ${ANSWER_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A webhook may say what is wrong as a Status. */
function refusalIn(text: string): string | undefined {
  try {
    const { kind, message } = JSON.parse(text) as { readonly kind?: string; readonly message?: string };
    return kind === "Status" ? message : undefined;
  } catch {
    return undefined;
  }
}
