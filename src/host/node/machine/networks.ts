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

/** Devices that a cluster itself makes. */
const MADE = /^wherry/;

/** All addresses by which others may reach this machine, the most likely first. */
export async function ownAddresses(): Promise<readonly string[]> {
  const found = Object.entries(networkInterfaces())
    .filter(([device]) => !MADE.test(device))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0)
    .map(({ address }) => address);
  const first = await addressTowards(ANYWHERE, 9).catch(() => undefined);
  const likely = found.filter((address) => address === first);
  return [...new Set([...likely, ...found.filter((address) => !address.includes(":")), ...found])];
}

/** By which others reach this machine: as it is wished, or the most likely IPv4 one. @throws with a sentence where it has no such */
export async function ownAddress(wanted: string | undefined): Promise<string> {
  const own = await ownAddresses();
  if (wanted !== undefined && !own.includes(wanted))
    throw new Error(`--node-ip ${wanted} is no address of this machine, which has ${own.join(", ")}`);
  return wanted ?? own.find((address) => !address.includes(":")) ?? "127.0.0.1";
}

/**
 * A node's addresses: the one by which it is known, and one of IPv6 beside it, where pods have that too and the machine has any.
 * @param podCidr the networks of its pods
 */
export async function withOtherFamily(address: string, podCidr: string): Promise<readonly string[]> {
  if (!podCidr.includes(":") || address.includes(":")) return [address];
  const other = (await ownAddresses()).find((own) => own.includes(":"));
  return other === undefined ? [address] : [address, other];
}

/** An address of nobody (RFC 5737): the way to it is the way out. */
const ANYWHERE = "192.0.2.1";

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
