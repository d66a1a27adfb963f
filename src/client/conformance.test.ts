import { startTestServer } from "../apiserver/testing.ts";
import { silentLog } from "../base/log.ts";
import { createClock } from "../host/node/clock.ts";
import { createCarrier } from "../host/node/http/carrier.ts";
import { serve } from "../host/node/http/serve.ts";
import { portCarriers } from "../host/node/thread/port-carrier.ts";
import { servePort } from "../host/node/thread/serve-port.ts";
import { testAuthority } from "../host/node/pki/testing.ts";
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
  const authority = testAuthority();
  const http = await serve({
    handler: server.server.handle,
    port: 0,
    host: "127.0.0.1",
    log: silentLog,
    tls: { ...authority.server("127.0.0.1"), clientCa: authority.certificate },
  });
  const carrier = createCarrier({
    server: `https://127.0.0.1:${http.address.port}`,
    ca: authority.certificate,
    ...authority.client("admin", "system:masters"),
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
