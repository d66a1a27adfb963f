import type { Kind } from "../api/kind.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { WorkQueue } from "../base/work-queue.ts";
import type { Transport } from "../client/call.ts";
import type { Cache } from "../client/cache.ts";
import { createClient } from "../client/client.ts";
import { nameKey, type ObjectChange, storeKey } from "../client/informer.ts";
import type { EventRecorder } from "../client/recorder.ts";
import type { KubeObject } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";
import { inBatches } from "./batches.ts";
import { countingCache, gatherMs, isWanted } from "./gather.ts";
import { PendingCauses, ReconcileCause } from "./causes.ts";
import type { Controller, EveryKind, ReconcileContext, ReconcileResult } from "./controller.ts";
import { allSeen, type OwnWrites, seen, trackingTransport } from "./own-writes.ts";
import { claim, controllerOf } from "./ownership.ts";

export interface RuntimeParts {
  readonly cache: Cache;
  /** Acts under the loop's own identity. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: EventRecorder;
  readonly tasks: TaskGroup;
}

/** A running loop. */
export interface RunningController {
  readonly name: string;
  /** Nothing is ready and nothing is being worked on. */
  readonly idle: boolean;
  /** Keys that wait. */
  readonly length: number;
  /** Looks at every object once more, as after a restart. */
  recheck(): void;
}

const DEFAULT_WORKERS = 5;
/** How soon a loop that follows every kind takes notice of a new one. */
const NEW_KINDS_MS = 5_000;

/** Runs a control loop until its task group ends. */
export function runController(controller: Controller, parts: RuntimeParts): RunningController {
  const run = new Run(controller, parts);
  run.start();
  return run;
}

class Run implements RunningController {
  readonly #controller: Controller;
  readonly #parts: RuntimeParts;
  /** What the loop knows. */
  readonly #cache: Cache;
  readonly #queue: WorkQueue;
  readonly #causes = new PendingCauses();
  /** What each key's last reconcile wrote, as long as the caches have not shown it. */
  readonly #unseen = new Map<string, OwnWrites>();
  /** The kinds followed because the loop follows every one. */
  readonly #followed = new Map<string, Kind>();
  /** Until when each key gathers changes, after a reconcile that read much. */
  readonly #gathering = new Map<string, number>();
  #held = 0;

  constructor(controller: Controller, parts: RuntimeParts) {
    this.#controller = controller;
    this.#parts = parts;
    this.#cache = controller.scopes === undefined ? parts.cache : parts.cache.within(controller.scopes);
    this.#queue = new WorkQueue(parts.clock, parts.random);
  }

  get name(): string {
    return this.#controller.name;
  }

  get idle(): boolean {
    return this.#queue.idle && this.#held === 0;
  }

  get length(): number {
    return this.#queue.length + this.#held;
  }

  recheck(): void {
    const cache = this.#cache;
    const { reconciles, everyKind } = this.#controller;
    if (reconciles !== undefined) {
      for (const object of cache.list(reconciles)) this.#queue.add(nameKey(object.metadata));
    }
    for (const kind of this.#followed.values()) {
      for (const object of cache.started(kind)?.list() ?? []) {
        for (const key of everyKind!.keys(kind, { type: "added", object }, cache)) this.#queue.add(key);
      }
    }
  }

  start(): void {
    const cache = this.#cache;
    const { tasks } = this.#parts;
    const { reconciles, owns = [], watches = [], everyKind, workers = DEFAULT_WORKERS } = this.#controller;
    if (reconciles !== undefined) this.#follow(reconciles, (object) => [nameKey(object.metadata)]);
    for (const kind of owns) this.#follow(kind, (object, old) => this.#owners(object, old));
    for (const { kind, keys } of watches) this.#follow(kind, (object, old) => keys(object, cache, old));
    if (everyKind !== undefined) this.#followEvery(everyKind);
    for (let worker = 0; worker < workers; worker++) tasks.spawn((signal) => this.#work(signal));
    tasks.signal.addEventListener("abort", () => this.#queue.close(), { once: true });
  }

  #follow(kind: Kind, keys: (object: KubeObject, old?: KubeObject) => Iterable<string>): void {
    const { tasks } = this.#parts;
    const end = this.#cache.informer(kind).subscribe((change) => {
      this.#observe(kind, change, keys(change.object, change.type === "updated" ? change.old : undefined));
    });
    tasks.signal.addEventListener("abort", end, { once: true });
  }

  /** Follows the kinds that there are, and looks now and then whether there are more. */
  #followEvery(everyKind: EveryKind): void {
    const cache = this.#cache;
    const { clock, tasks } = this.#parts;
    const { registry } = everyKind;
    let generation: number | undefined;
    const follow = (): void => {
      if (generation === registry.generation) return;
      generation = registry.generation;
      for (const kind of registry.all()) {
        const resource = `${kind.apiVersion}/${kind.plural}`;
        if (this.#followed.has(resource) || !everyKind.includes(kind)) continue;
        this.#followed.set(resource, kind);
        const informer = everyKind.readsContent?.(kind) === true ? cache.informer(kind) : cache.metadata(kind);
        const end = informer.subscribe((change) => {
          this.#observe(kind, change, everyKind.keys(kind, change, cache));
        });
        tasks.signal.addEventListener("abort", end, { once: true });
      }
    };
    follow();
    tasks.spawn(async (signal) => {
      while (!signal.aborted) await delay(clock, NEW_KINDS_MS, { signal }).then(follow, () => {});
    });
  }

  #observe(kind: Kind, change: ObjectChange<KubeObject>, keys: Iterable<string>): void {
    const seenChange = { key: storeKey(kind, change.object), revision: Number(change.object.metadata.resourceVersion) };
    const old = change.type === "updated" ? change.old : undefined;
    const atOnce = kind === this.#controller.reconciles && isWanted(change.object, old);
    for (const key of keys) {
      this.#causes.add(key, seenChange);
      if (atOnce) this.#queue.add(key);
      else this.#addGathered(key);
    }
  }

  #addGathered(key: string): void {
    const untilMs = this.#gathering.get(key);
    if (untilMs === undefined) this.#queue.add(key);
    else this.#queue.addAfter(key, untilMs - this.#parts.clock.now());
  }

  /** The keys of those that control an object, or did before; for an orphan those that may adopt it. */
  *#owners(object: KubeObject, old: KubeObject | undefined): Iterable<string> {
    const { reconciles, claims } = this.#controller;
    const cache = this.#cache;
    if (reconciles === undefined) return;
    const { namespace } = object.metadata;
    const inNamespace = namespace === undefined ? {} : { namespace };
    for (const version of old === undefined ? [object] : [object, old]) {
      const owner = controllerOf(version);
      if (owner?.kind === reconciles.kind && owner.apiVersion.split("/")[0] === reconciles.apiVersion.split("/")[0]) {
        yield nameKey({ ...inNamespace, name: owner.name });
      }
    }
    if (claims === undefined || controllerOf(object) !== undefined) return;
    for (const candidate of cache.list(reconciles, namespace)) yield nameKey(candidate.metadata);
  }

  async #work(signal: AbortSignal): Promise<void> {
    await this.#cache.synced();
    while (!signal.aborted) {
      const key = await this.#queue.take();
      if (key === undefined) return;
      try {
        await this.#attempt(key, signal);
      } finally {
        this.#queue.done(key);
      }
    }
  }

  async #attempt(key: string, signal: AbortSignal): Promise<void> {
    if (this.#holdBack(key)) return;
    const writes: OwnWrites = new Map();
    try {
      const result = await this.#reconcile(key, writes, signal);
      this.#queue.forget(key);
      if (result.recheckAfterMs !== undefined) this.#queue.addAfter(key, result.recheckAfterMs);
    } catch (error) {
      if (signal.aborted) return;
      const retryInMs = this.#queue.retry(key);
      const fields = { controller: this.name, key, retryInMs, error };
      if (isStatus(error, "Conflict", "NotFound"))
        this.#parts.log.debug("reconcile met a newer state, trying again", fields);
      else this.#parts.log.warn("reconcile failed, trying again", fields);
    } finally {
      if (writes.size > 0) this.#unseen.set(key, writes);
    }
  }

  /** A key whose last writes the caches do not show yet comes again when they do. */
  #holdBack(key: string): boolean {
    const writes = this.#unseen.get(key);
    if (writes === undefined) return false;
    if (allSeen(writes, this.#cache)) {
      this.#unseen.delete(key);
      return false;
    }
    this.#held += 1;
    void seen(writes, this.#cache).then(() => {
      this.#held -= 1;
      this.#queue.add(key);
    });
    return true;
  }

  async #reconcile(key: string, writes: OwnWrites, signal: AbortSignal): Promise<ReconcileResult> {
    const { clock, random, events, log, transport } = this.#parts;
    const { reconciles, owns = [], claims, finalizer, name } = this.#controller;
    const counting = countingCache(this.#cache);
    const { cache } = counting;
    const cause = new ReconcileCause(name, this.#causes.take(key), clock.now());
    const client = createClient(trackingTransport(transport, () => cause.cause, writes));
    const context: ReconcileContext = {
      cache,
      client,
      clock,
      random,
      events,
      log,
      signal,
      inBatches,
      because: (reason, facts) => cause.because(reason, facts),
    };
    const object = claims === undefined || reconciles === undefined ? undefined : cache.get(reconciles, key);
    const selector = object === undefined ? undefined : claims!.call(this.#controller, object);
    if (object !== undefined && selector !== undefined) {
      cause.because("adopts what its selector matches and releases what it does not");
      let claimed = false;
      for (const kind of owns) claimed = (await claim(object, selector, kind, { ...context, finalizer })) || claimed;
      if (claimed) return { recheckAfterMs: 0 };
      cause.because("");
    }
    const result = await this.#controller.reconcile(key, context);
    const gather = gatherMs(counting.objectsRead);
    if (gather > 0) this.#gathering.set(key, clock.now() + gather);
    else this.#gathering.delete(key);
    return result;
  }
}
