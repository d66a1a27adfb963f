import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { TaskGroup } from "../../base/task-group.ts";
import type { Client } from "../../client/client.ts";
import { type HttpServer, serve } from "../../host/node/http/serve.ts";
import { createAuthority, type KeyPair } from "../../host/node/pki/certificate.ts";
import type { Kubelet } from "../../kubelet/kubelet.ts";
import { guardedKubelet } from "../../kubelet/server/access.ts";
import { answerKubelet } from "../../kubelet/server/api.ts";
import { type NodeCredentials, nodeSubject, writePair } from "../credentials.ts";
import { isGoodFor, keepCertificate } from "./renewal.ts";

export interface NodeServerParts {
  readonly kubelet: Kubelet;
  /** The node's name and addresses: by these it is reached. */
  readonly names: readonly string[];
  readonly port: number;
  readonly credentials: NodeCredentials;
  /** Where the credentials are kept. */
  readonly directory: string;
  /** Acts as the node. */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

/**
 * Serves the kubelet's own API, behind the cluster's rights and with a certificate that the cluster signs. Until the first one is
 * there it shows one of its own making, which nobody believes.
 */
export async function serveNode(parts: NodeServerParts): Promise<HttpServer> {
  const { kubelet, names, port, credentials, client, clock, log, tasks } = parts;
  const { nodeName } = kubelet;
  const { serving } = credentials;
  const present = serving !== undefined && isGoodFor(serving, names, clock.now()) ? serving : undefined;
  const tls = ({ key, certificate }: KeyPair) => ({ key, cert: certificate, clientCa: credentials.authority });
  const http = await serve({
    handler: guardedKubelet((request) => answerKubelet(request, kubelet), { nodeName, client, clock, log }),
    port,
    host: "0.0.0.0",
    tls: tls(present ?? ownCertificate(nodeName, clock.now())),
    log,
  });
  tasks.spawn((signal) =>
    keepCertificate({
      ...parts,
      asked: { client, nodeName, purpose: "serving", names, clock, signal },
      present,
      renewed(pair) {
        writePair(parts.directory, "serving", pair);
        http.setTls(tls(pair));
      },
    }),
  );
  return http;
}

const DAY_MS = 86_400_000;

function ownCertificate(nodeName: string, nowMs: number): KeyPair {
  return createAuthority(nodeSubject(nodeName), { notBeforeMs: nowMs - DAY_MS, notAfterMs: nowMs + DAY_MS });
}
