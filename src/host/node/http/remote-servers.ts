import { request as send } from "node:https";
import type { RemoteServers } from "../../../apiserver/aggregation/remote.ts";
import { serviceUnavailable } from "../../../machinery/status.ts";
import type { KeyPair } from "../pki/certificate.ts";
import { type PodWays, tlsAgent } from "./pod-ways.ts";
import { answerOf, BODY_LIMIT_BYTES, passedOn } from "./forwarder.ts";
import { trustIn } from "./trust.ts";

/** Asks other API servers over TLS, which know this one by its front-proxy certificate and take its word for who asks. */
export function createRemoteServers({ certificate, key }: KeyPair, ways: PodWays): RemoteServers & Disposable {
  const agent = tlsAgent(ways, { keepAlive: true, cert: certificate, key });
  return {
    async forward(request, { host, port, serverName, authorities, insecure }, own) {
      const body =
        request.method === "GET" || request.method === "HEAD" ? undefined : await request.body(BODY_LIMIT_BYTES);
      const given = Object.entries(passedOn(request, body)).filter(([name]) => !name.startsWith("x-remote-"));
      const query = request.query.toString();
      return new Promise((resolve, reject) => {
        const sent = send({
          host,
          port,
          servername: serverName,
          agent,
          method: request.method,
          path: query === "" ? request.path : `${request.path}?${query}`,
          headers: { host: serverName, ...Object.fromEntries(given), ...own },
          signal: request.signal as globalThis.AbortSignal,
          rejectUnauthorized: !insecure,
          ...trustIn(authorities),
        });
        sent.on("error", (error) => reject(serviceUnavailable(`error trying to reach service: ${error.message}`)));
        sent.on("response", (response) => resolve(answerOf(response, undefined)));
        sent.end(body);
      });
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
