import { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { runTool } from "../nftables/nft.ts";

const SETTINGS = "/proc/sys/net/ipv6/conf";

/** Whether this machine's kernel has IPv6, and devices may use it. */
export function hasIpv6(): boolean {
  if (!existsSync("/proc/net/if_inet6")) return false;
  return ["all", "default"].every((name) => readFileSync(`${SETTINGS}/${name}/disable_ipv6`, "utf8").trim() === "0");
}

/**
 * Lets the machine forward packets of IPv6. One that does takes no router's word any more and would lose the way out that it has
 * from one: the devices on which a router told it a way are made to go on listening.
 * @param ip how the program is called
 */
export async function forwardIpv6(ip: readonly string[], signal: AbortSignal): Promise<void> {
  const path = `${SETTINGS}/all/forwarding`;
  if ((await readFile(path, "utf8")).trim() === "1") return;
  const routes = await runTool([...ip, "-6", "route", "show", "proto", "ra"], { signal });
  const devices = new Set(routes.matchAll(/ dev (\S+)/g).map(([, device]) => device!));
  for (const device of devices) await writeFile(`${SETTINGS}/${device}/accept_ra`, "2").catch(() => {});
  await writeFile(path, "1");
}
