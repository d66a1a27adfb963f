import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";

/** A network that the machine has an address in, or a way to. */
export interface HostNetwork {
  /** Such as `192.168.1.0/24`. */
  readonly cidr: string;
  /** Such as `eth0`. */
  readonly device: string;
}

/** The machine's networks and routes, without those of its own loopback and without the default routes. */
export function hostNetworks(): readonly HostNetwork[] {
  const found: HostNetwork[] = [];
  for (const [device, addresses] of Object.entries(networkInterfaces())) {
    for (const { cidr, internal } of addresses ?? []) if (!internal && cidr !== null) found.push({ cidr, device });
  }
  return [...found, ...routes()];
}

/** This machine's address on its way to a host: what others of that network reach it by. Sends nothing. */
export async function addressTowards(host: string, port: number): Promise<string> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    socket.connect(port, host);
    await once(socket, "connect");
    return socket.address().address;
  } finally {
    socket.close();
  }
}

/** Whether nobody listens at a port of this machine, on any of its addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "0.0.0.0");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The kernel's IPv4 routes: numbers in hex, their bytes in the machine's order. */
function routes(): readonly HostNetwork[] {
  const [, ...lines] = readFileSync("/proc/net/route", "utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const [device = "", destination = "", , , , , , mask = ""] = line.split("\t");
    if (device === "lo" || Number.parseInt(mask, 16) === 0) return [];
    const length = [...bytesOf(mask)].reduce((bits, byte) => bits + byte.toString(2).replaceAll("0", "").length, 0);
    return [{ cidr: `${bytesOf(destination).join(".")}/${length}`, device }];
  });
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Uint32Array.of(Number.parseInt(hex, 16)).buffer);
}
