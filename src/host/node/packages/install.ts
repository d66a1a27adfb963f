import { readdir, stat } from "node:fs/promises";
import type { FoundParts, HostParts, PartName } from "./find.ts";
import { findHostParts, findProgram } from "./find.ts";
import { run } from "./run.ts";

/** Thrown when parts are missing that this process cannot install; `command` is what the user can type. */
export class MissingPartsError extends Error {
  readonly missing: readonly PartName[];
  readonly command: string | undefined;
  constructor(missing: readonly PartName[], command: string | undefined, options?: { cause?: unknown }) {
    const how =
      command === undefined ? "install them by this system's package manager" : `install them with: ${command}`;
    super(`missing on this machine: ${missing.join(", ")}; ${how}`, options);
    this.missing = missing;
    this.command = command;
  }
}

export interface EnsureOptions {
  readonly signal: AbortSignal;
  /** One line for people about what goes on. */
  readonly progress: (line: string) => void;
}

/**
 * Finds the programs a node is made of, and installs those missing where that can be done (Debian and its kin, as root).
 * Services that packages bring along are left as their packages want them: Wherry runs its own containerd beside them.
 * Throws {@link MissingPartsError}.
 */
export async function ensureHostParts({ signal, progress }: EnsureOptions): Promise<HostParts> {
  const found = await findHostParts();
  if (found.parts !== undefined) return found.parts;
  const plan = await planInstall(found.missing);
  const command = plan && shellText(plan, process.getuid?.() !== 0);
  if (plan === undefined || plan.packageManager !== "apt-get" || process.getuid?.() !== 0) {
    throw new MissingPartsError(found.missing, command);
  }
  await installByApt(plan.packages, { signal, progress });
  const now: FoundParts = await findHostParts();
  if (now.parts === undefined) throw new MissingPartsError(now.missing, command);
  return now.parts;
}

export interface InstallPlan {
  readonly packageManager: "apt-get" | "dnf" | "apk";
  readonly packages: readonly string[];
}

const PACKAGES: Readonly<Record<InstallPlan["packageManager"], Readonly<Record<PartName, string>>>> = {
  "apt-get": {
    containerd: "containerd",
    "oci-runtime": "runc",
    cni: "containernetworking-plugins",
    nft: "nftables",
    ip: "iproute2",
    conntrack: "conntrack",
    iptables: "iptables",
    "util-linux": "util-linux",
  },
  dnf: {
    containerd: "containerd",
    "oci-runtime": "runc",
    cni: "containernetworking-plugins",
    nft: "nftables",
    ip: "iproute",
    conntrack: "conntrack-tools",
    iptables: "iptables-nft",
    "util-linux": "util-linux",
  },
  apk: {
    containerd: "containerd",
    "oci-runtime": "runc",
    cni: "cni-plugins",
    nft: "nftables",
    ip: "iproute2",
    conntrack: "conntrack-tools",
    iptables: "iptables",
    "util-linux": "util-linux-misc",
  },
};

/** Which packages bring the missing parts, by the first package manager found; undefined where none is known. */
async function planInstall(missing: readonly PartName[]): Promise<InstallPlan | undefined> {
  for (const packageManager of ["apt-get", "dnf", "apk"] as const) {
    if ((await findProgram(packageManager)) === undefined) continue;
    return { packageManager, packages: missing.map((part) => PACKAGES[packageManager][part]) };
  }
  return undefined;
}

/** The plan as one line for a shell. */
export function shellText({ packageManager, packages }: InstallPlan, withSudo: boolean): string {
  const sudo = withSudo ? "sudo " : "";
  const names = packages.join(" ");
  switch (packageManager) {
    case "apt-get":
      return `${sudo}apt-get update && ${sudo}apt-get install --no-install-recommends -y ${names}`;
    case "dnf":
      return `${sudo}dnf install -y --setopt=install_weak_deps=False ${names}`;
    case "apk":
      return `${sudo}apk add ${names}`;
  }
}

async function installByApt(packages: readonly string[], { signal, progress }: EnsureOptions): Promise<void> {
  const install = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...packages];
  let listsAreNew = false;
  const update = async () => {
    progress("Fetching package lists");
    await apt(["apt-get", "update"], { signal, progress });
    listsAreNew = true;
  };
  if (await packageListsAreOld()) await update();
  progress(`Installing ${packages.join(", ")}`);
  try {
    await apt(install, { signal, progress });
  } catch (error) {
    // Lists that are a few days old can name versions that the mirror has since replaced.
    if (listsAreNew || signal.aborted) throw error;
    await update();
    await apt(install, { signal, progress });
  }
}

async function apt(command: readonly string[], { signal, progress }: EnsureOptions): Promise<void> {
  const { exitCode, stdout, stderr } = await run(command, {
    signal,
    environment: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
    onLine: (line) => {
      if (/^(Get:|Unpacking |Setting up )/.test(line)) progress(line.trim());
    },
  });
  if (exitCode === 0) return;
  const errors = `${stderr}\n${stdout}`.split("\n").filter((line) => line.startsWith("E: "));
  throw new Error(`${command.slice(0, 2).join(" ")} failed: ${errors.join(" ") || stderr.trim()}`);
}

const LISTS = "/var/lib/apt/lists";
const LISTS_ARE_OLD_AFTER_MS = 7 * 24 * 3600 * 1000;

async function packageListsAreOld(): Promise<boolean> {
  const lists = (await readdir(LISTS).catch(() => [])).filter((name) => /_Packages(\.\w+)?$/.test(name));
  if (lists.length === 0) return true;
  // A list keeps its mirror's date; the directory that downloads pass through tells when the last update was.
  const updated = await stat(`${LISTS}/partial`).catch(() => undefined);
  return updated === undefined || Date.now() - updated.mtimeMs > LISTS_ARE_OLD_AFTER_MS;
}
