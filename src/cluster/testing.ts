import assert from "node:assert/strict";
import type { Kind } from "../api/kind.ts";
import { prefixOf } from "../api/kind.ts";
import { ServiceAccount } from "../api/core/v1/service-account.ts";
import { type ApiServer, defaultSettings } from "../apiserver/server.ts";
import { objectCodec } from "../apiserver/storage/codec.ts";
import { type Log, silentLog } from "../base/log.ts";
import { type Random, seededRandom } from "../base/random.ts";
import type { Cache } from "../client/cache.ts";
import { type Client, createClient } from "../client/client.ts";
import { simulatedSigner } from "../host/sim/token-signer.ts";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";
import type { Controller } from "../reconciler/controller.ts";
import type { Change, Store } from "../store/contract.ts";
import { memoryEngine } from "../store/memory-engine.ts";
import { openStore } from "../store/store.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { adminUser } from "./identities.ts";

export interface SimulationOptions {
  /** The same seed and the same program give the same run. Default 1. */
  readonly seed?: number;
  /** The loops to run. Default: none. */
  readonly controllers?: readonly Controller[];
  /** Whether pods are given nodes. Default false. */
  readonly scheduler?: boolean;
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
  /** Creates the object, or replaces what is there. In the namespace `default` where it names none. */
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
  const log = options.log ?? silentLog;
  const store = await openStore<KubeObject>({
    engine: memoryEngine(),
    codec: objectCodec({ frozen: true }),
    clock,
    log,
  });
  const plane = await startControlPlane({
    store,
    clock,
    random,
    log,
    signer: simulatedSigner,
    settings: defaultSettings,
    endpoint: { address: "192.0.2.1", port: 6443 },
    controllers: () => options.controllers ?? [],
    scheduler: options.scheduler ?? false,
  });
  const world = new SimulatedWorld(clock, random, store, plane);
  // The default account of the default namespace is a loop's work; a world without that loop has it all the same.
  await world.apply(ServiceAccount, { metadata: { name: "default" } });
  return world;
}

class SimulatedWorld implements World {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly store: Store<KubeObject>;
  readonly client: Client;
  readonly #plane: ControlPlane;
  /** The last change that was more than a sign of life. */
  #lastChange: Change<KubeObject> | undefined;
  #changes = 0;

  constructor(clock: VirtualClock, random: Random, store: Store<KubeObject>, plane: ControlPlane) {
    this.clock = clock;
    this.random = random;
    this.store = store;
    this.#plane = plane;
    this.client = createClient(plane.server.transport(adminUser, "test"));
    plane.tasks.spawn(async (signal) => {
      for await (const batch of store.watch("", store.revision, { signal })) {
        for (const change of batch) this.#note(change);
      }
    });
  }

  get server(): ApiServer {
    return this.#plane.server;
  }

  get cache(): Cache {
    return this.#plane.cache;
  }

  apply<T extends KubeObject>(kind: Kind<T>, object: Draft<T>): Promise<T> {
    const { signal } = this.#plane.tasks;
    const { metadata } = object as Draft<KubeObject>;
    const draft = (
      kind.namespaced ? { ...object, metadata: { namespace: "default", ...metadata } } : object
    ) as Draft<T>;
    return this.#turning(
      this.client.create(kind, draft, { signal }).catch((error: unknown) => {
        if (!isStatus(error, "AlreadyExists")) throw error;
        return this.client.update(kind, draft, { signal });
      }),
    );
  }

  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[] {
    return this.store.list(prefixOf(kind, namespace)).entries.map((entry) => entry.value as T);
  }

  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace = "default"): T | undefined {
    return this.store.get(`${prefixOf(kind, namespace)}${name}`)?.value as T | undefined;
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async settle(): Promise<void> {
    const began = this.clock.now();
    for (let still = 0, seen = -1; still < STILL_MS; still += STEP_MS) {
      await this.clock.advance(STEP_MS);
      const busy = this.#plane.controllers.some(({ idle }) => !idle) || this.#plane.scheduler?.idle === false;
      if (busy || seen !== this.#changes) still = 0;
      seen = this.#changes;
      if (this.clock.now() - began > PATIENCE_MS) throw new Error(`the world does not settle; last ${this.#last()}`);
    }
  }

  async assertQuiet(): Promise<void> {
    await this.settle();
    const before = this.#changes;
    for (const controller of this.#plane.controllers) controller.recheck();
    await this.clock.advance(STEP_MS);
    assert.equal(this.#changes, before, `a settled world was written to: ${this.#last()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#plane[Symbol.asyncDispose]();
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
