import { access, writeFile } from "node:fs/promises";
import type { Frame } from "../../../proxy/rules.ts";
import { runTool, ToolError } from "./nft.ts";

/** The number by which the kernel remembers that the route to Services is ours. */
export const SERVICE_ROUTE = "120";

export interface KernelSetting {
  readonly path: string;
  readonly value: string;
  /** Where the kernel may lack it: a bridge that no packet filter sees. */
  readonly module?: string;
}

/** What the kernel of a node has to be told for the rules to work. */
export function kernelSettings({ families, loopbackNodePorts }: Frame): readonly KernelSetting[] {
  const module = "br_netfilter";
  const v4 = families.includes("IPv4");
  const v6 = families.includes("IPv6");
  return [
    ...(v4 ? [{ path: "/proc/sys/net/ipv4/ip_forward", value: "1" }] : []),
    ...(v6 ? [{ path: "/proc/sys/net/ipv6/conf/all/forwarding", value: "1" }] : []),
    // Replies between two pods of one bridge have to pass the node's NAT as well.
    ...(v4 ? [{ path: "/proc/sys/net/bridge/bridge-nf-call-iptables", value: "1", module }] : []),
    ...(v6 ? [{ path: "/proc/sys/net/bridge/bridge-nf-call-ip6tables", value: "1", module }] : []),
    // Replies to 127.0.0.1 come in by the pods' network; the rules drop whatever else does.
    ...(v4 && loopbackNodePorts ? [{ path: "/proc/sys/net/ipv4/conf/all/route_localnet", value: "1" }] : []),
  ];
}

/**
 * Sets them in this process's network namespace. Throws where one that is there cannot be set.
 * @returns those that the kernel does not have, even after its module was asked for.
 */
export async function prepareKernel(
  frame: Frame,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly KernelSetting[]> {
  const missing: KernelSetting[] = [];
  for (const setting of kernelSettings(frame)) {
    const { path, value, module } = setting;
    if (module !== undefined && !(await exists(path))) {
      await runTool(["modprobe", module], { signal }).catch(() => {});
      if (!(await exists(path))) {
        missing.push(setting);
        continue;
      }
    }
    await writeFile(path, value);
  }
  return missing;
}

/**
 * The node reaches services only if it has some route to them, though none of its packets will take it: the rules give
 * each another destination. Where there is none (no default route), adds one.
 * @param ip how the program is called
 * @param nodeAddress of the network's family; undefined where the node has none: it can speak to nobody then
 * @returns whether a route was added.
 */
export async function ensureServiceRoute(
  ip: readonly string[],
  network: string,
  nodeAddress: string | undefined,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const [probe] = network.split("/") as [string];
  const family = network.includes(":") ? ["-6"] : [];
  try {
    await runTool([...ip, ...family, "route", "get", probe], { signal });
    return false;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
  }
  if (nodeAddress === undefined) return false;
  const route = [network, "dev", "lo", "src", nodeAddress, "proto", SERVICE_ROUTE];
  await runTool([...ip, ...family, "route", "replace", ...route], { signal });
  return true;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
