import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../disk/whole-file.ts";
import type { HostParts } from "../packages/find.ts";
import { forwardIpv6 } from "../machine/ipv6.ts";
import { run } from "../packages/run.ts";

export interface PodNetwork {
  /** The directory that containerd watches for network configurations, absolute. */
  readonly configurationDirectory: string;
  /** Where host-local keeps which addresses are taken, absolute; one of its own for each node. */
  readonly stateDirectory: string;
  /** The bridge's name: at most 15 characters, one for each node of the machine. */
  readonly bridge: string;
  /** Such as `10.244.0.0/24`; one for each IP family at most. */
  readonly podCIDRs: readonly string[];
  /** Of the pods' devices, in bytes; absent: that of the way out, because what is larger would be dropped there. */
  readonly mtu?: number;
}

const FILE = "10-wherry.conflist";

/**
 * Writes the pod network's configuration, which containerd reads at once: pods on a bridge whose first address is their gateway,
 * hostPorts by portmap. Pods keep their own source address; the proxy masquerades what leaves the cluster.
 * Sets the kernel's switches that it needs (forwarding; bridged packets through netfilter, or replies between pods of one
 * bridge would miss the undoing of service addresses).
 */
export async function writePodNetwork(network: PodNetwork, parts: HostParts): Promise<void> {
  await prepareKernel(network, parts);
  const mtu = network.mtu ?? (await defaultRouteMtu(parts));
  const text = `${JSON.stringify(configuration(network, mtu), undefined, 2)}\n`;
  const path = join(network.configurationDirectory, FILE);
  if ((await readFile(path, "utf8").catch(() => "")) === text) return;
  await mkdir(network.configurationDirectory, { recursive: true });
  await mkdir(network.stateDirectory, { recursive: true });
  replaceFile(path, text, 0o644);
}

/** Removes what the network left on the machine: the bridge, portmap's chains and the files. Pods must be gone. */
export async function removePodNetwork(
  {
    configurationDirectory,
    stateDirectory,
    bridge,
  }: Omit<PodNetwork, "podCIDRs" | "bridge"> & {
    readonly bridge: string | undefined;
  },
  parts: HostParts,
): Promise<void> {
  await rm(join(configurationDirectory, FILE), { force: true });
  await rm(stateDirectory, { recursive: true, force: true });
  if (bridge === undefined) return;
  await run([parts.ip, "link", "delete", bridge]);
  if (parts.iptables !== undefined) await removePortmapChains(parts.iptables);
}

/** The configuration list, as CNI 0.4 and 1.0 plugins read it. */
export function configuration({ stateDirectory, bridge, podCIDRs }: PodNetwork, mtu: number) {
  return {
    cniVersion: "0.4.0",
    name: "wherry",
    plugins: [
      {
        type: "bridge",
        bridge,
        isGateway: true,
        isDefaultGateway: false,
        hairpinMode: true,
        ipMasq: false,
        mtu,
        ipam: {
          type: "host-local",
          dataDir: stateDirectory,
          ranges: podCIDRs.map((subnet) => [{ subnet }]),
          routes: [...new Set(podCIDRs.map(everywhere))].map((dst) => ({ dst })),
        },
      },
      { type: "portmap", capabilities: { portMappings: true }, snat: true },
    ],
  };
}

/** The range of all addresses of a range's family. */
function everywhere(cidr: string): string {
  return cidr.includes(":") ? "::/0" : "0.0.0.0/0";
}

const DEFAULT_MTU = 1500;

/** The MTU of the way out; clouds often have less than 1500. */
export async function defaultRouteMtu({ ip }: HostParts): Promise<number> {
  const routes = await run([ip, "route", "show", "default"]);
  const device = /\bdev (\S+)/.exec(routes.stdout)?.[1];
  if (device === undefined) return DEFAULT_MTU;
  const link = await run([ip, "link", "show", "dev", device]);
  return Number(/\bmtu (\d+)/.exec(link.stdout)?.[1] ?? DEFAULT_MTU);
}

async function prepareKernel({ podCIDRs }: PodNetwork, { ip }: HostParts): Promise<void> {
  // It may be built in, or loaded already.
  await run(["modprobe", "br_netfilter"]).catch(() => {});
  await setKernelSwitch("net/ipv4/ip_forward");
  await setKernelSwitch("net/bridge/bridge-nf-call-iptables");
  if (podCIDRs.some((cidr) => cidr.includes(":"))) {
    await forwardIpv6([ip], new AbortController().signal);
    await setKernelSwitch("net/bridge/bridge-nf-call-ip6tables");
  }
}

async function setKernelSwitch(name: string): Promise<void> {
  const path = `/proc/sys/${name}`;
  try {
    if ((await readFile(path, "utf8")).trim() !== "1") await writeFile(path, "1");
  } catch (cause) {
    throw new Error(`pods cannot reach each other through services: ${path} cannot be set to 1`, { cause });
  }
}

/** portmap's chains all begin with `CNI-`; those of other networks are still referred to, and stay. */
async function removePortmapChains(iptables: string): Promise<void> {
  const rules = await run([iptables, "-w", "-t", "nat", "-S"]);
  if (rules.exitCode !== 0) return;
  const lines = rules.stdout.split("\n");
  const chains = lines.flatMap((line) => /^-N (CNI-(?:HOSTPORT-|DN-)\S+)$/.exec(line)?.[1] ?? []);
  if (chains.some((chain) => chain.startsWith("CNI-DN-"))) return;
  for (const line of lines.filter((rule) => /^-A \S+ .*-j CNI-HOSTPORT-/.test(rule))) {
    await run([iptables, "-w", "-t", "nat", ...ruleWords(line.replace(/^-A/, "-D"))]);
  }
  for (const chain of chains) await run([iptables, "-w", "-t", "nat", "-F", chain]);
  for (const chain of chains) await run([iptables, "-w", "-t", "nat", "-X", chain]);
}

function ruleWords(rule: string): string[] {
  return (rule.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"|"$/g, ""));
}
