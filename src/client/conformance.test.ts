import { startTestServer } from "../apiserver/testing.ts";
import { silentLog } from "../base/log.ts";
import { createClock } from "../host/node/clock.ts";
import { createCarrier } from "../host/node/http/carrier.ts";
import { serve } from "../host/node/http/serve.ts";
import { portCarriers } from "../host/node/thread/port-carrier.ts";
import { servePort } from "../host/node/thread/serve-port.ts";
import { createAuthority, issue } from "../host/node/pki/certificate.ts";
import { simulatedSigner } from "../host/sim/token-signer.ts";
import { clientConformance, type Way } from "./conformance.suite.ts";
import { httpTransport } from "./http-transport.ts";

const clock = createClock({ holdProcess: true });
const newServer = () => startTestServer({ clock, signer: simulatedSigner });

clientConformance("the in-process transport", async (): Promise<Way> => {
  const server = await newServer();
  const user = { name: "admin", uid: "", groups: ["system:masters", "system:authenticated"], extra: {} };
  const transport = server.server.transport(user, "test");
  return { server, transport, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
});

clientConformance("a port between threads", async (): Promise<Way> => {
  const server = await newServer();
  const { port1, port2 } = new MessageChannel();
  servePort(port1, { handler: server.server.handle, log: silentLog });
  const user = { name: "admin", uid: "", groups: ["system:masters", "system:authenticated"], extra: {} };
  return {
    server,
    transport: httpTransport(portCarriers(port2)(user), "test"),
    async [Symbol.asyncDispose]() {
      port1.close();
      await server[Symbol.asyncDispose]();
    },
  };
});

clientConformance("HTTP", async (): Promise<Way> => {
  const server = await newServer();
  const nowMs = createClock({ holdProcess: false }).now();
  const times = { notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + 3_600_000 };
  const authority = createAuthority({ commonName: "ca" }, times);
  const pair = (commonName: string, organizations: readonly string[]) =>
    issue(authority, {
      subject: { commonName, organizations },
      usages: ["server auth", "client auth"],
      names: ["127.0.0.1"],
      ...times,
    });
  const serving = pair("server", []);
  const http = await serve({
    handler: server.server.handle,
    port: 0,
    host: "127.0.0.1",
    log: silentLog,
    tls: { key: serving.key, cert: serving.certificate, clientCa: authority.certificate },
  });
  const own = pair("admin", ["system:masters"]);
  const carrier = createCarrier({
    server: `https://127.0.0.1:${http.address.port}`,
    ca: authority.certificate,
    certificate: own.certificate,
    key: own.key,
  });
  return {
    server,
    transport: httpTransport(carrier, "test"),
    async [Symbol.asyncDispose]() {
      carrier[Symbol.dispose]();
      await http.close();
      await server[Symbol.asyncDispose]();
    },
  };
});
