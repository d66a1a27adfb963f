import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { run, runOrThrow } from "../src/host/node/packages/run.ts";

/** A machine of its own as far as the network goes: a network namespace with one cable to this machine. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  /** The words that, put before a command, run it on that machine. */
  readonly enter: readonly string[];
  remove(): Promise<void>;
}

const OWNERS = "/tmp/wherry-tests/machines";
const MOST_MACHINES = 60;

/**
 * Makes one, so that the ports, routes and service rules of a cluster under test meet nobody else's. Machines whose makers
 * died are removed first.
 */
export async function createMachine(): Promise<Machine> {
  mkdirSync(OWNERS, { recursive: true });
  for (let index = 1; index <= MOST_MACHINES; index++) {
    const name = `wst${index}`;
    if (!(await inTurn(() => claim(`${OWNERS}/${name}`)))) continue;
    await run(["ip", "netns", "delete", name]);
    await connect(name, index);
    return {
      name,
      address: addressOf(index, 2),
      enter: ["nsenter", `--net=/run/netns/${name}`, "--"],
      remove: async () => {
        await run(["ip", "netns", "delete", name]);
        await run(["ip", "link", "delete", name]);
        rmSync(`${OWNERS}/${name}`, { force: true });
      },
    };
  }
  throw new Error(`${MOST_MACHINES} machines of tests exist already: see ${OWNERS}`);
}

/** Lays a cable between two machines: each reaches the other by its address, and nothing else of its network. */
export async function connectMachines(a: Machine, b: Machine): Promise<void> {
  const device = (machine: Machine) => `to-${machine.name}`;
  const peer = ["peer", "name", device(a), "netns", b.name];
  await runOrThrow(["ip", "-n", a.name, "link", "add", device(b), "type", "veth", ...peer]);
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const inside = (...words: string[]) => runOrThrow(["ip", "-n", from.name, ...words]);
    await inside("link", "set", device(to), "up");
    await inside("route", "add", `${to.address}/32`, "dev", device(to), "src", from.address);
  }
}

const LOCK = "wherry-tests-machines";
const LOOK_AGAIN_MS = 5;
/** Who has it needs it for a moment. */
const PATIENCE_MS = 10_000;

/**
 * One process at a time: two that find the same dead maker would both take its place. The lock is a name that sockets have in
 * this machine's network, which is free again when its holder dies.
 */
async function inTurn<T>(work: () => T): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const lock = createServer();
    const listening = once(lock, "listening");
    lock.listen(`\0${LOCK}`);
    try {
      await listening;
      return work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      if (Date.now() > until) {
        const holder = `the process that holds the socket @${LOCK} (ss --listening --unix --processes tells which)`;
        throw new Error(`for ${PATIENCE_MS / 1000} s no machine for tests could be made: ${holder} does not end`);
      }
      await sleep(LOOK_AGAIN_MS);
    } finally {
      lock.close();
    }
  }
}

function claim(path: string): boolean {
  if (existsSync(path) && existsSync(`/proc/${readFileSync(path, "utf8")}`)) return false;
  rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

async function connect(name: string, index: number): Promise<void> {
  const inside = (...words: string[]) => runOrThrow(["ip", "-n", name, ...words]);
  await run(["ip", "link", "delete", name]);
  await runOrThrow(["ip", "netns", "add", name]);
  await runOrThrow(["ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name]);
  await runOrThrow(["ip", "address", "add", `${addressOf(index, 1)}/30`, "dev", name]);
  await runOrThrow(["ip", "link", "set", name, "up"]);
  await inside("address", "add", `${addressOf(index, 2)}/30`, "dev", "eth0");
  await inside("link", "set", "lo", "up");
  await inside("link", "set", "eth0", "up");
  // Nothing outside answers, and programs are told so at once, instead of waiting for a name server.
  await inside("route", "add", "unreachable", "default");
}

/** Each machine has four addresses: 1 is this end of the cable, 2 is the other. */
function addressOf(index: number, host: number): string {
  return `10.231.0.${index * 4 + host}`;
}
