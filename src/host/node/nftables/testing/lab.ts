import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../packages/find.ts";
import { defaultFrame } from "../../../../proxy/rules.ts";
import { kernelSettings } from "../kernel.ts";
import { runTool } from "../nft.ts";

/**
 * A node with pods on a bridge and a machine outside of the cluster, each a network namespace of its own:
 *
 *     outer 172.30.0.2 ──── 172.30.0.1 node 10.244.1.1 (bridge) ──┬── pod-1 10.244.1.11
 *           fd00:30::2       fd00:30::1     fd00:244:1::1          ├── pod-2 10.244.1.12
 *                                                                 └── pod-3 10.244.1.13
 *
 * Every one runs a peer that serves on TCP and UDP 8080, answers `name client-address`, and makes requests when asked to.
 */
export interface Lab extends AsyncDisposable {
  readonly peers: Readonly<Record<PeerName, Peer>>;
  /** How to run a program in the node's network. */
  readonly inNode: readonly string[];
  /** Runs a program in the node's network to its end. */
  node(...command: readonly string[]): Promise<string>;
}

export type PeerName = "node" | "outer" | "pod-1" | "pod-2" | "pod-3";

export interface Peer {
  /** The answer, or the error's code: ECONNREFUSED, ECONNRESET, `timeout`. */
  ask(target: PeerTarget): Promise<string>;
}

export interface PeerTarget {
  readonly address: string;
  readonly port: number;
  readonly protocol?: "tcp" | "udp";
  readonly timeoutMs?: number;
  /** For UDP: the same name keeps the same socket, and so the same flow. */
  readonly socket?: string;
  /** For TCP: the port that the client connects from. */
  readonly localPort?: number;
}

/** Why there can be no lab on this machine; undefined where there can. */
export async function labObstacle(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  for (const program of ["nft", "ip", "conntrack", "nsenter"]) {
    if ((await findProgram(program)) === undefined) return `needs the program ${program}`;
  }
  return undefined;
}

export async function openLab(): Promise<Lab> {
  const prefix = `wl${process.pid}`;
  const signal = new AbortController().signal;
  const nameOf = (peer: PeerName) => `${prefix}-${peer}`;
  const ip = (...args: readonly string[]) => runTool(["ip", ...args], { signal });
  const names: readonly PeerName[] = ["node", "outer", "pod-1", "pod-2", "pod-3"];
  await using cleanup = new AsyncDisposableStack();
  for (const name of names) {
    await ip("netns", "add", nameOf(name));
    cleanup.defer(async () => void (await ip("netns", "delete", nameOf(name))));
    await ip("-n", nameOf(name), "link", "set", "lo", "up");
  }
  await wire(nameOf, ip);
  const inNode = enter(nameOf("node"));
  const settings = kernelSettings({ ...defaultFrame, families: ["IPv4", "IPv6"], loopbackNodePorts: true });
  const commands = settings.map(({ path, value }) => `echo ${value} > ${path}`);
  await runTool([...inNode, "sh", "-ec", commands.join("; ")], { signal });
  const peers: Partial<Record<PeerName, Peer>> = {};
  for (const name of names) {
    const peer = await startPeer(name, enter(nameOf(name)));
    cleanup.use(peer);
    peers[name] = peer;
  }
  const owned = cleanup.move();
  return {
    peers: peers as Record<PeerName, Peer>,
    inNode,
    node: (...command) => runTool([...inNode, ...command], { signal }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function enter(namespace: string): readonly string[] {
  return ["nsenter", `--net=/run/netns/${namespace}`];
}

async function wire(nameOf: (peer: PeerName) => string, ip: (...args: readonly string[]) => Promise<string>) {
  const node = nameOf("node");
  await ip("-n", node, "link", "add", "bridge0", "type", "bridge");
  await ip("-n", node, "address", "add", "10.244.1.1/24", "dev", "bridge0");
  await ip("-n", node, "address", "add", "fd00:244:1::1/64", "dev", "bridge0", "nodad");
  await ip("-n", node, "link", "set", "bridge0", "up");
  for (const index of [1, 2, 3]) {
    const pod = nameOf(`pod-${index}` as PeerName);
    await ip("-n", node, "link", "add", `veth${index}`, "type", "veth", "peer", "name", "eth0", "netns", pod);
    await ip("-n", node, "link", "set", `veth${index}`, "master", "bridge0", "up");
    await ip("-n", node, "link", "set", `veth${index}`, "type", "bridge_slave", "hairpin", "on");
    await address(pod, "eth0", `10.244.1.1${index}/24`, `fd00:244:1::1${index}/64`);
    await ip("-n", pod, "route", "add", "default", "via", "10.244.1.1");
    await ip("-n", pod, "route", "add", "default", "via", "fd00:244:1::1");
  }
  const outer = nameOf("outer");
  await ip("-n", node, "link", "add", "uplink", "type", "veth", "peer", "name", "eth0", "netns", outer);
  await address(node, "uplink", "172.30.0.1/24", "fd00:30::1/64");
  await address(outer, "eth0", "172.30.0.2/24", "fd00:30::2/64");
  await ip("-n", node, "route", "add", "default", "via", "172.30.0.2");
  await ip("-n", node, "route", "add", "default", "via", "fd00:30::2");
  // The outer machine knows the way to services, but not to pods: only masqueraded replies can reach it.
  for (const network of ["10.96.0.0/12", "203.0.113.0/24", "fd00:96::/64"]) {
    await ip("-n", outer, "route", "add", network, "via", network.includes(":") ? "fd00:30::1" : "172.30.0.1");
  }

  async function address(namespace: string, link: string, v4: string, v6: string) {
    await ip("-n", namespace, "address", "add", v4, "dev", link);
    await ip("-n", namespace, "address", "add", v6, "dev", link, "nodad");
    await ip("-n", namespace, "link", "set", link, "up");
  }
}

/** Starts one. @param command the words that bring it into its network */
export async function startPeer(name: string, command: readonly string[]): Promise<Peer & AsyncDisposable> {
  const program = fileURLToPath(new URL("./lab-peer.ts", import.meta.url));
  const [first, ...rest] = command;
  const child: ChildProcess = spawn(first!, [...rest, process.execPath, program, name], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout! });
  const waiting = new Map<number, (answer: string) => void>();
  const ready = Promise.withResolvers<void>();
  child.once("error", ready.reject);
  child.once("exit", (code) => ready.reject(new Error(`peer ${name} ended with ${code}`)));
  lines.on("line", (line) => {
    const message = JSON.parse(line) as { readonly id?: number; readonly answer: string };
    if (message.id === undefined) ready.resolve();
    else {
      waiting.get(message.id)?.(message.answer);
      waiting.delete(message.id);
    }
  });
  await ready.promise;
  let last = 0;
  return {
    ask(target) {
      last += 1;
      const id = last;
      child.stdin!.write(`${JSON.stringify({ id, ...target })}\n`);
      return new Promise((resolve) => waiting.set(id, resolve));
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.stdin!.end();
      await ended;
    },
  };
}
