import { isIPv6 } from "node:net";
import { runOrThrow } from "../packages/run.ts";

/**
 * Puts the cluster's DNS address on the loopback device, so that every node answers for itself: no packet crosses the
 * network for a name. Done twice, it is done once. @param ip the program
 */
export async function addLocalAddress(ip: string, address: string): Promise<void> {
  await runOrThrow([ip, "address", "replace", hostRoute(address), "dev", "lo"]);
}

/** Takes the address away again; that it is gone already is no error. */
export async function removeLocalAddress(ip: string, address: string): Promise<void> {
  const listed = await runOrThrow([ip, "-o", "address", "show", "dev", "lo", "to", hostRoute(address)]);
  if (listed.trim() !== "") await runOrThrow([ip, "address", "delete", hostRoute(address), "dev", "lo"]);
}

function hostRoute(address: string): string {
  return `${address}/${isIPv6(address) ? 128 : 32}`;
}
