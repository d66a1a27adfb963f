import assert from "node:assert/strict";
import { ServiceAccount } from "../api/core/v1/service-account.ts";
import type { Kind } from "../api/kind.ts";
import { prefixOf } from "../api/kind.ts";
import type { ApiServer } from "../apiserver/server.ts";
import { viewEntry } from "../apiserver/storage/view.ts";
import { type Log, silentLog } from "../base/log.ts";
import { type Random, seededRandom } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { Cache } from "../client/cache.ts";
import type { Transport } from "../client/call.ts";
import { allControllers } from "../controllers/all.ts";
import { simulatedAuthority } from "../host/sim/certificates.ts";
import { Faults } from "../host/sim/faults/rates.ts";
import { recordingEngine, type StoreEvent } from "../host/sim/recording-engine.ts";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import type { Controller } from "../reconciler/controller.ts";
import type { Store } from "../store/contract.ts";
import { memoryEngine } from "../store/memory-engine.ts";
import type { ControlPlane } from "./control-plane.ts";
import { adminUser } from "./identities.ts";
import { type SimulatedNode, type SimulatedNodesParts, startSimulatedNodes } from "./simulated-nodes.ts";
import { SimulatedPlane } from "./simulated-plane.ts";
import { worldClient, type WorldClient } from "./world-client.ts";

export interface SimulationOptions {
  /** The same seed and the same program give the same run. Default 1. */
  readonly seed?: number;
  /** How many nodes there are, whose containers are imagined. Default none. */
  readonly nodes?: number;
  readonly machine?: SimulatedNodesParts["machine"];
  /** The loops to run. Default: all. */
  readonly controllers?: readonly Controller[];
  /** Whether pods are given nodes. Default: where there are nodes. */
  readonly scheduler?: boolean;
  /** Stored objects are frozen deeply, so that whoever edits one is found out; large worlds may do without. Default true. */
  readonly frozen?: boolean;
  /** Told of every change of the store as it becomes durable, over all restarts. */
  readonly onChange?: (event: StoreEvent) => void;
  readonly log?: Log;
}

/** How long the world must stay still, in virtual milliseconds, to count as settled. */
const STILL_MS = 3_000;
const PATIENCE_MS = 3_600_000;

/** A cluster inside a test: control plane and nodes under a clock that the test turns by hand. */
export interface World extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly server: ApiServer;
  readonly store: Store<KubeObject>;
  /** Acts as the cluster's administrator; the clock turns as long as a call needs it to. */
  readonly client: WorldClient;
  readonly cache: Cache;
  readonly nodes: readonly SimulatedNode[];
  /** What goes wrong, and how often; nothing at first. */
  readonly faults: Faults;
  /** Every change of the store so far, a line each: virtual seconds, what, key, revision, request, who. The same for the same seed. */
  readonly events: readonly string[];
  /** Creates the object, or replaces what is there. In the namespace `default` where it names none. */
  apply<T extends KubeObject>(kind: Kind<T>, object: Draft<T>): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): T | undefined;
  advance(ms: number): Promise<void>;
  /** Turns the clock until nothing changes any more. @throws when the world does not come to rest. */
  settle(): Promise<void>;
  /** Has every loop look at everything once more: a settled world writes nothing. */
  assertQuiet(): Promise<void>;
  /** The control plane's process dies in the middle of its work, and starts again, after a while, over what it had made durable. */
  crash(downMs?: number): Promise<void>;
}

export async function simulate(options: SimulationOptions = {}): Promise<World> {
  const world = new SimulatedWorld(options);
  await world.start(options);
  return world;
}

class SimulatedWorld implements World {
  readonly clock = new VirtualClock();
  readonly faults = new Faults();
  readonly events: readonly string[];
  readonly random: Random;
  readonly client: WorldClient;
  nodes: readonly SimulatedNode[] = [];
  readonly #tasks = new TaskGroup();
  readonly #plane: SimulatedPlane;
  readonly #log: Log;
  readonly #events: string[] = [];
  /** The last change that was more than a sign of life. */
  #lastChange: StoreEvent | undefined;

  constructor(options: SimulationOptions) {
    const { seed = 1, log = silentLog, controllers, nodes = 0, scheduler = nodes > 0, frozen = true } = options;
    const { clock, faults } = this;
    this.random = seededRandom(seed);
    this.events = this.#events;
    this.#log = log;
    const loops = (server: ApiServer) =>
      controllers ??
      allControllers({
        registry: server.registry,
        rootCa: "simulated",
        podCidr: "10.0.0.0/8",
        certificates: simulatedAuthority,
      });
    this.#plane = new SimulatedPlane({
      engine: recordingEngine(memoryEngine(), clock, (event) => {
        this.#note(event);
        options.onChange?.(event);
      }),
      clock,
      random: this.random,
      log,
      faults,
      controllers: loops,
      scheduler,
      frozen,
    });
    this.client = worldClient(this.#pumping(this.#plane.transport(adminUser, "test")), this.#tasks.signal);
  }

  get server(): ApiServer {
    return this.#plane.plane.server;
  }

  get cache(): Cache {
    return this.#plane.plane.cache;
  }

  get store(): Store<KubeObject> {
    return this.#plane.store;
  }

  async start({ nodes = 0, machine = {} }: SimulationOptions): Promise<void> {
    const { clock, random } = this;
    await this.#turning(this.#plane.start());
    // The default account of the default namespace is a loop's work; a world without that loop has it all the same.
    await this.apply(ServiceAccount, { metadata: { name: "default" } });
    const transport: SimulatedNodesParts["transport"] = (user, userAgent) => this.#plane.transport(user, userAgent);
    const shared = { transport, clock, random, log: this.#log, tasks: this.#tasks };
    if (nodes > 0) this.nodes = await this.#turning(startSimulatedNodes({ ...shared, count: nodes, machine }));
  }

  async apply<T extends KubeObject>(kind: Kind<T>, object: Draft<T>): Promise<T> {
    const { metadata } = object as Draft<KubeObject>;
    const draft = (
      kind.namespaced ? { ...object, metadata: { namespace: "default", ...metadata } } : object
    ) as Draft<T>;
    const { name, namespace } = (draft as Draft<KubeObject>).metadata ?? {};
    const isThere = name !== undefined && this.get(kind, name, namespace) !== undefined;
    return isThere ? this.client.update(kind, draft) : this.client.create(kind, draft);
  }

  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[] {
    return this.store.list(prefixOf(kind, namespace)).entries.map((entry) => viewEntry(kind, entry).value as T);
  }

  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace = "default"): T | undefined {
    const entry = this.store.get(`${prefixOf(kind, namespace)}${name}`);
    return entry && (viewEntry(kind, entry).value as T);
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async settle(): Promise<void> {
    const { clock } = this;
    const began = clock.now();
    for (let since = began, seen: unknown; ;) {
      await clock.rest();
      if (seen !== this.#lastChange || isBusy(this.#plane.plane)) since = clock.now();
      seen = this.#lastChange;
      const leftMs = since + STILL_MS - clock.now();
      if (leftMs <= 0) return;
      if (clock.now() - began > PATIENCE_MS) throw new Error(`the world does not settle; last ${this.#last()}`);
      await clock.advance(Math.min(leftMs, (clock.nextDueMs ?? Infinity) - clock.now()));
    }
  }

  async assertQuiet(): Promise<void> {
    await this.settle();
    const before = this.#lastChange;
    for (const controller of this.#plane.plane.controllers) controller.recheck();
    await this.clock.advance(100);
    assert.equal(this.#lastChange, before, `a settled world was written to: ${this.#last()}`);
  }

  async crash(downMs = 0): Promise<void> {
    this.#plane.kill();
    await this.clock.advance(downMs);
    await this.#turning(this.#plane.start());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tasks.abort();
    await this.#plane[Symbol.asyncDispose]();
    await this.#tasks.done();
  }

  #pumping(transport: Transport): Transport {
    return { ...transport, send: (call) => this.#turning(transport.send(call)) };
  }

  /** Turns the clock while something is under way that waits for it. */
  async #turning<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const marked = work.finally(() => (done = true));
    marked.catch(() => {});
    for (await this.clock.rest(); !done; await this.clock.rest()) {
      if (done || this.clock.nextDueMs === undefined) break;
      await this.clock.advance(this.clock.nextDueMs - this.clock.now());
    }
    return marked;
  }

  #note(event: StoreEvent): void {
    const { atMs, type, key, revision, verb, actor } = event;
    const seconds = ((atMs - BEGIN_MS) / 1000).toFixed(3);
    this.#events.push(`${seconds} ${type} ${key} ${revision} ${verb.replace(" ", "/")} ${actor}`);
    if (!isSignOfLife(event)) this.#lastChange = event;
  }

  #last(): string {
    return this.#lastChange === undefined ? "nothing" : `${this.#lastChange.type} of ${this.#lastChange.key}`;
  }
}

const BEGIN_MS = new VirtualClock().now();

function isBusy({ controllers, scheduler }: ControlPlane): boolean {
  return controllers.some(({ idle }) => !idle) || scheduler?.idle === false;
}

/** Leases, events and heartbeats go on in a settled world too. */
function isSignOfLife({ key, type }: StoreEvent): boolean {
  if (key.startsWith("coordination.k8s.io/leases/") || key.startsWith("core/events/")) return true;
  return type === "update" && key.startsWith("core/nodes/");
}
