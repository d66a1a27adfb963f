import { createSocket } from "node:dgram";
import { readFileSync, statSync } from "node:fs";
import { connect, isIP, isIPv6 } from "node:net";
import { canonicalIp } from "../../../base/ip.ts";
import type { Upstreams } from "../../../dns/forwarder.ts";
import { framed } from "./server.ts";

export interface UpstreamOptions {
  /** Of the host: `/etc/resolv.conf`. */
  readonly resolvConf: string;
  /** Addresses that we serve ourselves: as a server upstream each would be a loop. */
  readonly ownAddresses: readonly string[];
}

/** systemd-resolved keeps the real servers here, where resolv.conf only names its own stub. */
const RESOLVED_CONF = "/run/systemd/resolve/resolv.conf";
const RESOLVED_STUBS: readonly string[] = ["127.0.0.53", "127.0.0.54"];

/** The resolver's own limit. */
const MOST_SERVERS = 3;

/** The host's name servers, as its resolv.conf names them at the time, asked by UDP and TCP. */
export function createHostUpstreams({ resolvConf, ownAddresses }: UpstreamOptions): Upstreams {
  const own = new Set(ownAddresses.map(canonicalIp));
  const readServers = remembered(resolvConf);
  const readResolved = remembered(RESOLVED_CONF);
  return {
    servers() {
      const given = readServers();
      const isStub = given.length > 0 && given.every((server) => RESOLVED_STUBS.includes(server));
      const real = isStub ? readResolved() : [];
      return (real.length > 0 ? real : given).filter((server) => !own.has(canonicalIp(server))).slice(0, MOST_SERVERS);
    },
    exchange(server, packet, { protocol, signal }) {
      const [address = "", port = "53"] = server.split(" ");
      const ask = protocol === "udp" ? askByUdp : askByTcp;
      return ask(address, Number(port), packet, signal);
    },
  };
}

/** The servers that a resolv.conf names. */
export function nameServers(text: string): readonly string[] {
  const addresses = text.split("\n").map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? "");
  return addresses.filter((address) => isIP(address.replace(/%.*$/, "")) !== 0);
}

/** Reads a file again only when it changed; a file that is not there names none. */
function remembered(path: string): () => readonly string[] {
  let servers: readonly string[] = [];
  let version = "";
  return () => {
    try {
      const { mtimeMs, ino, size } = statSync(path);
      const now = `${mtimeMs} ${ino} ${size}`;
      if (now !== version) servers = nameServers(readFileSync(path, "utf8"));
      version = now;
    } catch {
      servers = [];
      version = "";
    }
    return servers;
  };
}

/** From a port of its own each time, so that nobody can guess where the answer is awaited. */
function askByUdp(address: string, port: number, packet: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4", signal });
    const fail = (error: Error) => {
      signal.removeEventListener("abort", onAbort);
      socket.close();
      reject(error);
    };
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", fail);
    socket.once("connect", () => socket.send(packet));
    socket.connect(port, address);
    socket.on("message", (message) => {
      // What has another id is not for us.
      if (message.length < 2 || message[0] !== packet[0] || message[1] !== packet[1]) return;
      signal.removeEventListener("abort", onAbort);
      socket.close();
      resolve(message);
    });
  });
}

function askByTcp(address: string, port: number, packet: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, signal });
    let received: Buffer = Buffer.alloc(0);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the server closed the connection without an answer")));
    socket.once("connect", () => socket.write(framed(packet)));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      resolve(received.subarray(2, 2 + received.readUInt16BE(0)));
      socket.destroy();
    });
  });
}
