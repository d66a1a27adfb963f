import { Agent as PlainAgent, type AgentOptions, type ClientRequestArgs } from "node:http";
import { Agent as TlsAgent, type AgentOptions as TlsAgentOptions, request as send } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { TUNNEL_PROTOCOL } from "../streams/tunnel.ts";

/** The API of a node, which passes bytes on to its pods. */
export interface NodeDoor {
  readonly host: string;
  readonly port: number;
}

/** How this machine comes to pods. */
export interface PodWays {
  /** The node by which an address is reached; undefined where it is reached straight. */
  doorTo(address: string): NodeDoor | undefined;
  /** PEM texts: the authority of the nodes' serving certificates, and the API server's own client certificate. */
  readonly tls: { readonly ca: string; readonly certificate: string; readonly key: string };
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** An agent for HTTP whose connections to pods go by their nodes, where there is no other way. */
export function plainAgent(ways: PodWays, options: AgentOptions): PlainAgent {
  return new (class extends PlainAgent {
    override createConnection(to: ClientRequestArgs, done: Connected): Duplex | null | undefined {
      const door = doorOf(ways, to);
      if (door === undefined) return super.createConnection(to, done);
      openTunnel(ways, door, to, done);
      return undefined;
    }
  })(options);
}

/** The same for HTTPS: TLS is spoken with the pod, and the node sees bytes. */
export function tlsAgent(ways: PodWays, options: TlsAgentOptions): TlsAgent {
  return new (class extends TlsAgent {
    override createConnection(to: ClientRequestArgs, done: Connected): Duplex | null | undefined {
      const door = doorOf(ways, to);
      if (door === undefined) return super.createConnection(to, done);
      openTunnel(ways, door, to, (error, socket) => {
        const { host: _host, port: _port, ...secured } = to as ClientRequestArgs & object;
        if (error !== null) done(error, socket);
        else done(null, super.createConnection({ ...secured, socket } as ClientRequestArgs, done)!);
      });
      return undefined;
    }
  })(options);
}

function doorOf(ways: PodWays, { host }: ClientRequestArgs): NodeDoor | undefined {
  return host !== null && host !== undefined && isIP(host) !== 0 ? ways.doorTo(host) : undefined;
}

/** How long a node may take to reach a pod of its own. */
const PATIENCE_MS = 30_000;

function openTunnel({ tls }: PodWays, door: NodeDoor, { host, port }: ClientRequestArgs, done: Connected): void {
  const fail = (error: Error) => done(error, undefined as unknown as Duplex);
  const asked = send({
    ...door,
    path: `/tunnel/${encodeURIComponent(host!)}/${port}`,
    headers: { connection: "upgrade", upgrade: TUNNEL_PROTOCOL },
    agent: false,
    ca: tls.ca,
    cert: tls.certificate,
    key: tls.key,
    timeout: PATIENCE_MS,
  });
  asked.on("timeout", () => asked.destroy(new Error("it does not answer")));
  asked.on("error", ({ message }) => fail(new Error(`the node at ${door.host} cannot be asked: ${message}`)));
  asked.on("upgrade", (_response, socket, head) => {
    socket.setTimeout(0);
    if (head.length > 0) socket.unshift(head);
    done(null, socket);
  });
  asked.on("response", (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("end", () => fail(refusal(response.statusCode ?? 0, text, host!, Number(port))));
  });
  asked.end();
}

/** As if this machine had tried it itself. */
function refusal(status: number, text: string, address: string, port: number): Error {
  if (status !== 502) return new Error(`no way to ${address}:${port} by its node: ${text.trim()}`);
  return Object.assign(new Error(`connect ${text} ${address}:${port}`), { code: text, address, port });
}
