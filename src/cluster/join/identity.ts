import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { TaskGroup } from "../../base/task-group.ts";
import type { Client } from "../../client/client.ts";
import type { Carrier } from "../../host/node/http/carrier.ts";
import { type NodeCredentials, writePair } from "../credentials.ts";
import { keepCertificate } from "./renewal.ts";

export interface IdentityParts {
  readonly nodeName: string;
  readonly credentials: NodeCredentials;
  /** Where the credentials are kept. */
  readonly directory: string;
  /** What shows the certificate to the API server. */
  readonly carrier: Carrier;
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

/** Renews the certificate by which a node is known, in time; whoever speaks as the node goes on without noticing. */
export function keepIdentity(parts: IdentityParts): void {
  const { nodeName, credentials, client, clock, tasks } = parts;
  tasks.spawn((signal) =>
    keepCertificate({
      ...parts,
      asked: { client, nodeName, purpose: "client", names: [], clock, signal },
      present: credentials.kubelet,
      renewed(pair) {
        writePair(parts.directory, "kubelet", pair);
        parts.carrier.identify(pair);
      },
    }),
  );
}
