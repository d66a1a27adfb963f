import assert from "node:assert/strict";
import type { Kind } from "../api/kind.ts";
import { createApiServer, type ApiServer } from "../apiserver/server.ts";
import { objectCodec } from "../apiserver/storage/codec.ts";
import { createLog, type Log } from "../base/log.ts";
import { type Random, seededRandom } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import { type Cache, createCache } from "../client/cache.ts";
import { type Client, createClient } from "../client/client.ts";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";
import type { Controller } from "../reconciler/controller.ts";
import { runController, type RunningController } from "../reconciler/run.ts";
import type { Change, Store } from "../store/contract.ts";
import { memoryEngine } from "../store/memory-engine.ts";
import { openStore } from "../store/store.ts";
import { bootstrap } from "./bootstrap.ts";
import { adminUser, componentUser } from "./identities.ts";

export interface SimulationOptions {
  /** The same seed and the same program give the same run. Default 1. */
  readonly seed?: number;
  /** The loops to run. Default: all. */
  readonly controllers?: readonly Controller[];
  readonly log?: Log;
}

/** How long the world must stay still, in virtual milliseconds, to count as settled. */
const STILL_MS = 3_000;
const STEP_MS = 100;
const PATIENCE_MS = 3_600_000;

/** A cluster inside a test: the whole control plane under a clock that the test turns by hand. */
export interface World extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly server: ApiServer;
  readonly store: Store<KubeObject>;
  /** Acts as the cluster's administrator. */
  readonly client: Client;
  readonly cache: Cache;
  /** Creates the object, or brings it to what is given, by server-side apply's rules for one manager. */
  apply<T extends KubeObject>(kind: Kind<T>, object: Draft<T>): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): T | undefined;
  advance(ms: number): Promise<void>;
  /** Turns the clock until nothing changes any more. @throws when the world does not come to rest. */
  settle(): Promise<void>;
  /** Has every loop look at everything once more: a settled world writes nothing. */
  assertQuiet(): Promise<void>;
}

export async function simulate(options: SimulationOptions = {}): Promise<World> {
  const clock = new VirtualClock();
  const random = seededRandom(options.seed ?? 1);
  const tasks = new TaskGroup();
  const log = options.log ?? createLog(() => {});
  const store = await openStore<KubeObject>({
    engine: memoryEngine(),
    codec: objectCodec({ frozen: true }),
    clock,
    log,
  });
  const server = createApiServer({ store, clock, random, log, tasks });
  await bootstrap(store, clock, random);
  const parts = { clock, random: random.stream("client"), log, tasks };
  const clientOf = (name: string) => createClient(server.transport(componentUser(name), name));
  const cache = createCache({ ...parts, client: clientOf("kube-controller-manager") });
  const running = (options.controllers ?? []).map((controller) =>
    runController(controller, {
      ...parts,
      cache,
      transport: server.transport(componentUser(controller.name), controller.name),
      events: { record: () => {} },
    }),
  );
  const client = createClient(server.transport(adminUser, "test"));
  return new SimulatedWorld({ clock, random, server, store, client, cache, tasks, running });
}

interface WorldParts {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly server: ApiServer;
  readonly store: Store<KubeObject>;
  readonly client: Client;
  readonly cache: Cache;
  readonly tasks: TaskGroup;
  readonly running: readonly RunningController[];
}

class SimulatedWorld implements World {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly server: ApiServer;
  readonly store: Store<KubeObject>;
  readonly client: Client;
  readonly cache: Cache;
  readonly #tasks: TaskGroup;
  readonly #running: readonly RunningController[];
  /** The last change that was more than a sign of life. */
  #lastChange: Change<KubeObject> | undefined;
  #changes = 0;

  constructor(parts: WorldParts) {
    this.clock = parts.clock;
    this.random = parts.random;
    this.server = parts.server;
    this.store = parts.store;
    this.client = parts.client;
    this.cache = parts.cache;
    this.#tasks = parts.tasks;
    this.#running = parts.running;
    this.#tasks.spawn(async (signal) => {
      for await (const batch of this.store.watch("", this.store.revision, { signal })) {
        for (const change of batch) this.#note(change);
      }
    });
  }

  async apply<T extends KubeObject>(kind: Kind<T>, object: Draft<T>): Promise<T> {
    const { signal } = this.#tasks;
    const metadata = (object as Draft<KubeObject>).metadata;
    const draft = kind.namespaced ? { ...object, metadata: { namespace: "default", ...metadata } } : object;
    const apply = this.#turning(
      this.client.create(kind, draft as Draft<T>, { signal }).catch((error: unknown) => {
        if (!isStatus(error, "AlreadyExists")) throw error;
        return this.client.update(kind, draft as Draft<T>, { signal });
      }),
    );
    return apply;
  }

  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[] {
    const prefix = `${kind.group === "" ? "core" : kind.group}/${kind.plural}/${namespace === undefined ? "" : `${namespace}/`}`;
    return this.store.list(prefix).entries.map((entry) => entry.value as T);
  }

  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace = "default"): T | undefined {
    return this.list(kind).find(
      ({ metadata }) => metadata.name === name && (!kind.namespaced || metadata.namespace === namespace),
    );
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async settle(): Promise<void> {
    const began = this.clock.now();
    for (let still = 0, seen = -1; still < STILL_MS; still += STEP_MS) {
      await this.clock.advance(STEP_MS);
      const busy = this.#running.some(({ idle }) => !idle);
      if (busy || seen !== this.#changes) still = 0;
      seen = this.#changes;
      if (this.clock.now() - began > PATIENCE_MS) throw new Error(`the world does not settle; last ${this.#last()}`);
    }
  }

  async assertQuiet(): Promise<void> {
    await this.settle();
    const before = this.#changes;
    for (const controller of this.#running) controller.recheck();
    await this.clock.advance(STEP_MS);
    assert.equal(this.#changes, before, `a settled world was written to: ${this.#last()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tasks.abort();
    await this.clock.turn();
    await this.#tasks.done();
    await this.store[Symbol.asyncDispose]();
  }

  /** Turns the clock while something is under way that may wait for it. */
  async #turning<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const marked = work.finally(() => (done = true));
    marked.catch(() => {});
    for (let turns = 0; !done && turns < 10_000; turns++) await this.clock.advance(turns < 10 ? 0 : STEP_MS);
    return marked;
  }

  #note(change: Change<KubeObject>): void {
    if (isSignOfLife(change)) return;
    this.#lastChange = change;
    this.#changes += 1;
  }

  #last(): string {
    return this.#lastChange === undefined ? "nothing" : `${this.#lastChange.type} of ${this.#lastChange.entry.key}`;
  }
}

/** Leases, events and heartbeats go on in a settled world too. */
function isSignOfLife({ entry, type }: Change<KubeObject>): boolean {
  if (entry.key.startsWith("coordination.k8s.io/leases/") || entry.key.startsWith("core/events/")) return true;
  return type === "update" && entry.key.startsWith("core/nodes/");
}
