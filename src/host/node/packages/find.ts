import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";

/** Where the programs that a node is made of stand on this machine. All paths are absolute. */
export interface HostParts {
  readonly containerd: string;
  /** The low-level runtime; runc is preferred, because it also takes hybrid cgroups. */
  readonly ociRuntime: { readonly name: "runc" | "crun"; readonly path: string };
  /** The directory that holds the CNI plugins `bridge`, `host-local`, `loopback` and `portmap`. */
  readonly cniDirectory: string;
  readonly nft: string;
  readonly ip: string;
  readonly conntrack: string;
  /** Needed by portmap plugins before 1.6, which know no nftables; undefined where the plugin does without. */
  readonly iptables: string | undefined;
  readonly unshare: string;
  readonly nsenter: string;
}

export type PartName = "containerd" | "oci-runtime" | "cni" | "nft" | "ip" | "conntrack" | "iptables" | "util-linux";

export interface FoundParts {
  /** Undefined as long as anything is missing. */
  readonly parts: HostParts | undefined;
  readonly missing: readonly PartName[];
}

/** Where programs of the system are, also those that users' shells do not look for. */
export const SYSTEM_DIRECTORIES: readonly string[] =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".split(":");

const CNI_DIRECTORIES = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];
const CNI_PLUGINS = ["bridge", "host-local", "loopback", "portmap"];

/** Looks at this machine; changes nothing. */
export async function findHostParts(): Promise<FoundParts> {
  const [containerd, shim, runc, crun, nft, ip, conntrack, iptables, unshare, nsenter] = await Promise.all(
    "containerd containerd-shim-runc-v2 runc crun nft ip conntrack iptables unshare nsenter"
      .split(" ")
      .map(findProgram),
  );
  const cniDirectory = await findCniDirectory();
  const ociRuntime =
    runc !== undefined
      ? ({ name: "runc", path: runc } as const)
      : crun !== undefined
        ? ({ name: "crun", path: crun } as const)
        : undefined;
  const needsIptables = cniDirectory === undefined || (await portmapNeedsIptables(cniDirectory));
  const missing: PartName[] = [];
  if (containerd === undefined || shim === undefined) missing.push("containerd");
  if (ociRuntime === undefined) missing.push("oci-runtime");
  if (cniDirectory === undefined) missing.push("cni");
  if (nft === undefined) missing.push("nft");
  if (ip === undefined) missing.push("ip");
  if (conntrack === undefined) missing.push("conntrack");
  if (needsIptables && iptables === undefined) missing.push("iptables");
  if (unshare === undefined || nsenter === undefined) missing.push("util-linux");
  if (missing.length > 0) return { parts: undefined, missing };
  return {
    parts: {
      containerd: containerd!,
      ociRuntime: ociRuntime!,
      cniDirectory: cniDirectory!,
      nft: nft!,
      ip: ip!,
      conntrack: conntrack!,
      iptables: needsIptables ? iptables! : undefined,
      unshare: unshare!,
      nsenter: nsenter!,
    },
    missing,
  };
}

/** The absolute path of a program. The system directories are searched even when the user's PATH leaves them out. */
export async function findProgram(name: string): Promise<string | undefined> {
  const directories = new Set([
    ...(process.env["PATH"] ?? "").split(":").filter((directory) => directory.startsWith("/")),
    ...SYSTEM_DIRECTORIES,
  ]);
  for (const directory of directories) {
    const path = join(directory, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function findCniDirectory(): Promise<string | undefined> {
  for (const directory of CNI_DIRECTORIES) {
    const found = await Promise.all(CNI_PLUGINS.map((plugin) => isExecutable(join(directory, plugin))));
    if (found.every(Boolean)) return directory;
  }
  return undefined;
}

/** A plugin run without CNI_COMMAND says its version, as in `CNI portmap plugin v1.1.1`. Since 1.6.0 it can do nftables. */
async function portmapNeedsIptables(cniDirectory: string): Promise<boolean> {
  const { stdout, stderr } = await run([join(cniDirectory, "portmap")], { environment: { CNI_COMMAND: "" } });
  const version = /plugin v?(\d+)\.(\d+)/.exec(stdout + stderr);
  if (version === null) return true;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < 1 || (major === 1 && minor < 6);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
