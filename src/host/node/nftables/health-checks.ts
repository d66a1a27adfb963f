import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { healthAnswer } from "../../../proxy/health.ts";
import type { HealthCheckFailure, HealthCheckServers } from "../../../proxy/ports.ts";
import type { HealthCheck } from "../../../proxy/rules.ts";

/** Plain HTTP servers on all addresses of the node, one a service, on its healthCheckNodePort. */
export function createHealthCheckServers(): HealthCheckServers & AsyncDisposable {
  const open = new Map<string, OpenCheck>();
  const close = async (service: string) => {
    const { server } = open.get(service)!;
    open.delete(service);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return {
    async serve(checks) {
      for (const [service, { check }] of open) {
        if (checks.get(service)?.port !== check.port) await close(service);
      }
      const failed: HealthCheckFailure[] = [];
      for (const [service, check] of checks) {
        const present = open.get(service);
        if (present !== undefined) {
          present.check = check;
          continue;
        }
        try {
          open.set(service, await openCheck(service, check));
        } catch (error) {
          failed.push({ service, port: check.port, error });
        }
      }
      return failed;
    },
    async [Symbol.asyncDispose]() {
      for (const service of open.keys()) await close(service);
    },
  };
}

interface OpenCheck {
  readonly server: Server;
  check: HealthCheck;
}

async function openCheck(service: string, check: HealthCheck): Promise<OpenCheck> {
  const server = createServer((_request, response) => {
    const { status, headers, body } = healthAnswer(service, opened.check);
    response.writeHead(status, headers).end(body);
  });
  const opened: OpenCheck = { server, check };
  server.listen(check.port);
  await once(server, "listening");
  return opened;
}
