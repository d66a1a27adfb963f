import type { IpFamily } from "../../../base/ip.ts";
import { renderRemoval } from "../../../proxy/render.ts";
import type { HostParts } from "../packages/find.ts";
import { runTool, ToolError } from "./nft.ts";
import { SERVICE_ROUTE } from "./kernel.ts";

const FAMILIES: readonly IpFamily[] = ["IPv4", "IPv6"];

/** Removes the rules of Services and the route to them, as any engine made them on this machine. That there are none is no error. */
export async function removeServices({ nft, ip }: Pick<HostParts, "nft" | "ip">, signal: AbortSignal): Promise<void> {
  for (const family of FAMILIES) {
    try {
      await runTool([nft, "-f", "-"], { signal, input: renderRemoval([family]) });
      await runTool([ip, family === "IPv4" ? "-4" : "-6", "route", "flush", "proto", SERVICE_ROUTE], { signal });
    } catch (error) {
      // A kernel without IPv6 has nothing of it.
      if (family === "IPv4" || !(error instanceof ToolError)) throw error;
    }
  }
}
