import { Agent, request as send } from "node:https";
import type { NodeConnection } from "../../../apiserver/connect.ts";
import type { ApiResponse } from "../../../apiserver/http.ts";
import { serviceUnavailable } from "../../../machinery/status.ts";

export interface NodeConnectionOptions {
  /** PEM texts: the authority of the nodes' serving certificates, and the API server's own client certificate. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Asks the nodes' agents over TLS. Nodes are reached by address; their certificates are checked against the authority. */
export function createNodeConnection({ ca, certificate, key }: NodeConnectionOptions): NodeConnection & Disposable {
  const agent = new Agent({ keepAlive: true, ca, cert: certificate, key });
  return {
    tls: { ca, certificate, key },
    forward: ({ method, signal }, url) =>
      new Promise((resolve, reject) => {
        const sent = send(url, { agent, method, signal: signal as globalThis.AbortSignal });
        sent.on("error", (error) => reject(serviceUnavailable(`the node cannot be asked: ${error.message}`)));
        sent.on("response", (response) => {
          const answer: ApiResponse = {
            status: response.statusCode ?? 502,
            headers: {
              "content-type": response.headers["content-type"] ?? "text/plain",
              "cache-control": "no-cache, private",
            },
            body: { type: "chunks", chunks: chunksOf(response) },
          };
          resolve(answer);
        });
        sent.end();
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

async function* chunksOf(source: AsyncIterable<Uint8Array>): AsyncIterable<readonly Uint8Array[]> {
  for await (const chunk of source) yield [chunk];
}
