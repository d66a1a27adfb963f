import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../base/log.ts";
import { type Client, createClient } from "../../client/client.ts";
import { freePort } from "../../host/node/machine/testing.ts";
import { loopbackUser } from "../identities.ts";
import { type RunningServer, type ServerOptions, startServer } from "../server.ts";

/** A control plane over TLS, with its state in memory. */
export interface TestServer extends AsyncDisposable {
  readonly server: RunningServer;
  /** Acts as the API server itself. */
  readonly client: Client;
  /** A folder that is gone afterwards. */
  readonly directory: string;
}

export async function startTestServer(): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), "wherry-server-"));
  const server = await startServer({ ...(await testServerOptions(directory)), log: silentLog });
  return {
    server,
    client: createClient(server.plane.server.transport(loopbackUser, "test")),
    directory,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function testServerOptions(dataDirectory: string): Promise<Omit<ServerOptions, "log">> {
  return {
    dataDirectory,
    address: "192.0.2.1",
    // The cluster tells its port to others before it listens there.
    port: await freePort(),
    store: "memory",
    serviceCidr: "10.96.0.0/16",
    podCidr: "10.244.0.0/16",
    simulate: 0,
  };
}
