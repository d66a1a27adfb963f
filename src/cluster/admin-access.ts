import { createCarrier } from "../host/node/http/carrier.ts";
import type { HttpCarrier } from "../client/http-transport.ts";
import type { PkiDirectory } from "../host/node/pki/directory.ts";
import { clientCertificate } from "./client-certificate.ts";

/** The API as the supervisor sees it, which stays small: it asks by itself rather than by a Client and its kinds. */
export interface AdminAccess extends Disposable {
  readonly carrier: HttpCarrier;
  /** As {@link ask}, under the administrator's name. */
  ask(method: Method, target: string, signal: AbortSignal, body?: object): Promise<unknown>;
}

type Method = "GET" | "DELETE" | "POST";

/** @param server such as `https://127.0.0.1:6443` */
export function adminAccess(pki: PkiDirectory, server: string): AdminAccess {
  const admin = clientCertificate(pki, "admin", "kubernetes-admin", ["system:masters"]);
  const carrier = createCarrier({ server, ca: pki.authority.certificate, ...admin });
  return {
    carrier,
    ask: (method, target, signal, body) => ask(carrier, method, target, signal, body),
    [Symbol.dispose]: () => carrier[Symbol.dispose](),
  };
}

/**
 * The answer's body as JSON; undefined for 404. @throws for other refusals, and where there is no answer
 * @param body an object, for POST
 */
export async function ask(
  carrier: HttpCarrier,
  method: Method,
  target: string,
  signal: AbortSignal,
  body?: object,
): Promise<unknown> {
  const headers = {
    accept: "application/json",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const sent = body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) };
  const answer = await carrier.send({ method, target, headers, signal, ...sent });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) text += decoder.decode(chunk, { stream: true });
  if (answer.status === 404) return undefined;
  const value = JSON.parse(text) as { readonly message?: string };
  if (answer.status >= 400) throw new Error(value.message ?? `the API server answers ${answer.status}`);
  return value;
}
