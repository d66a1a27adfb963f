import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection, requestBytes } from "./load/connection.ts";
import type { Job, Result } from "./load/jobs.ts";
import { type MeasuredServer, startOurs, startReference } from "./servers.ts";

const ROUNDS = 2;
const PODS = 5_000;

interface Measure {
  readonly what: string;
  readonly job: (round: number) => Job;
}

const MEASURES: readonly Measure[] = [
  { what: "GET of one pod, 32 clients", job: () => ({ type: "get", connections: 32, seconds: 4 }) },
  { what: `LIST of ${PODS} pods, 4 clients`, job: () => ({ type: "list", connections: 4, seconds: 5 }) },
  ...[
    [1, 1_500],
    [16, 5_000],
    [128, 10_000],
  ].map(([connections, count]) => ({
    what: `durable create of a 1 kB ConfigMap, ${connections} clients`,
    job: (round: number): Job => ({
      type: "create",
      connections: connections!,
      count: count!,
      name: `c-${connections}-${round}`,
    }),
  })),
  { what: "merge patch of a pod's status, 32 clients", job: () => ({ type: "status", connections: 32, seconds: 4 }) },
  ...[
    [100, 2_000],
    [1_000, 300],
  ].map(([watchers, events]) => ({
    what: `delivery of a 1 kB event to ${watchers} watchers`,
    job: (round: number): Job => ({
      type: "watch",
      watchers: watchers!,
      events: events!,
      name: `w-${watchers}-${round}`,
    }),
  })),
];

/** The API server under load over TLS, beside Kubernetes' own where WHERRY_REFERENCE_BIN says where it is. */
export async function run(print: (line: string) => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "wherry-bench-"));
  const load = fork(join(import.meta.dirname, "load/main.ts"));
  const bin = process.env["WHERRY_REFERENCE_BIN"];
  await using servers = new AsyncDisposableStack();
  servers.defer(() => rm(directory, { recursive: true, force: true }));
  try {
    const ours = servers.use(await startOurs(join(directory, "ours")));
    const running = [ours];
    if (bin !== undefined) running.push(servers.use(await startReference(join(directory, "ours"), bin)));
    for (const server of running) {
      print(`api: ${server.name} answers after ${Math.round(server.readyMs)} ms`);
      await ensureDefaultAccount(server);
      await ask(load, server, { type: "fill", pods: PODS });
    }
    for (const { what, job } of MEASURES) await compare(print, load, running, what, job);
    for (const server of running) {
      print(`api: memory of ${server.name} after it all: ${Math.round(server.memory() / 1024 / 1024)} MB`);
    }
  } finally {
    load.disconnect();
  }
}

async function compare(
  print: (line: string) => void,
  load: ChildProcess,
  servers: readonly MeasuredServer[],
  what: string,
  job: Measure["job"],
): Promise<void> {
  const figures = servers.map(() => [] as Figure[]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, server] of servers.entries()) figures[index]!.push(await measure(load, server, job(round)));
  }
  const best = figures.map((rounds) => rounds.toSorted((left, right) => right.perSecond - left.perSecond)[0]!);
  for (const [index, { perSecond, cpuMicros, medianMs }] of best.entries()) {
    const rate = `${Math.round(perSecond).toLocaleString("en")}/s, ${cpuMicros.toFixed(cpuMicros < 10 ? 1 : 0)} µs of CPU`;
    print(`api: ${what}: ${servers[index]!.name} ${rate}, median ${medianMs.toFixed(2)} ms`);
  }
  if (best.length < 2) return;
  const [ours, theirs] = best as [Figure, Figure];
  const rate = (ours.perSecond / theirs.perSecond).toFixed(1);
  print(`api: ${what}: ${rate} × the rate for 1/${(theirs.cpuMicros / ours.cpuMicros).toFixed(1)} of the CPU`);
}

interface Figure {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly medianMs: number;
}

async function measure(load: ChildProcess, server: MeasuredServer, job: Job): Promise<Figure> {
  let cpu = 0;
  const { operations, seconds, medianMs } = await ask(load, server, job, () => (cpu = server.cpu()));
  return { perSecond: operations / seconds, cpuMicros: (server.cpu() - cpu) / operations, medianMs };
}

interface Told {
  readonly begun?: true;
  readonly result?: Result;
  readonly error?: string;
}

async function ask(load: ChildProcess, { door }: MeasuredServer, job: Job, begun = () => {}): Promise<Result> {
  load.send({ job, door });
  for (;;) {
    const [told] = (await once(load, "message")) as [Told];
    if (told.begun === true) begun();
    else if (told.result !== undefined) return told.result;
    else throw new Error(`the load generator failed: ${told.error}`);
  }
}

/** Pods need the account that a loop makes; Kubernetes' API server alone runs no loops. */
async function ensureDefaultAccount({ door }: MeasuredServer): Promise<void> {
  const connection = await openConnection(door);
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  await connection.ask(requestBytes("POST", accounts, { metadata: { name: "default" } }));
  connection.close();
}
