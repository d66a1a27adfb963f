import { isIPv6 } from "node:net";
import { runOrThrow } from "../packages/run.ts";

/**
 * Puts the cluster's DNS address on the loopback device, so that every node answers for itself: no packet crosses the
 * network for a name. It is no address to speak to others from: the kernel would take it on a link that has none of its own,
 * and the answers would stay with whoever is asked, who has it too. Done twice, it is done once. @param ip the program
 */
export async function addLocalAddress(ip: string, address: string): Promise<void> {
  await runOrThrow([ip, "address", "replace", hostRoute(address), "dev", "lo", "scope", "host"]);
}

/** Takes the address away again; that it is gone already is no error. */
export async function removeLocalAddress(ip: string, address: string): Promise<void> {
  const listed = await runOrThrow([ip, "-o", "address", "show", "dev", "lo", "to", hostRoute(address)]);
  if (listed.trim() !== "") await runOrThrow([ip, "address", "delete", hostRoute(address), "dev", "lo"]);
}

function hostRoute(address: string): string {
  return `${address}/${isIPv6(address) ? 128 : 32}`;
}
