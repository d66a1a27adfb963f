import type { Node, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { type Informer, nameKey } from "../client/informer.ts";
import { diffRules } from "./diff.ts";
import type { Viewpoint } from "./endpoints.ts";
import { FlowSweep } from "./flow-sweep.ts";
import { emptyRules, rejoinRules, type ServiceChange } from "./join.ts";
import type { ServiceRules } from "./plan.ts";
import { planService, serviceOf } from "./plan.ts";
import type { FlowTable, HealthCheckFailure, HealthCheckServers, RuleEngine } from "./ports.ts";
import type { Frame, RuleSet } from "./rules.ts";

export interface ProxyParts {
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  /** Of this node alone, or of all: its zone is read. */
  readonly nodes: Informer<Node>;
  readonly node: string;
  readonly frame: Frame;
  readonly engine: RuleEngine;
  /** Absent where there are no real packets. */
  readonly flows?: FlowTable;
  readonly healthChecks?: HealthCheckServers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

export interface Proxy {
  /** Resolves when the rules have been applied for the first time. */
  readonly ready: Promise<void>;
  /** Resolves when all that has been seen by now is applied. Never while applying fails. */
  settled(): Promise<void>;
}

const RETRIES = { firstMs: 100, longestMs: 30_000, jitter: 0.5 };

/** Under load the loop rests after each step as long as the step took, but not longer than this. */
const LONGEST_REST_MS = 1_000;

/** How often the real rules are compared with what they should be: somebody may have flushed them. */
const CHECK_EVERY_MS = 60_000;
/** How many comparisons in a row changes may end. */
const MOST_INTERRUPTIONS = 5;

/** Keeps the rules of this node in step with Services and EndpointSlices. */
export function startProxy(parts: ProxyParts): Proxy {
  const proxy = new RunningProxy(parts);
  parts.tasks.spawn((signal) => proxy.run(signal));
  return proxy;
}

class RunningProxy implements Proxy {
  readonly ready: Promise<void>;
  readonly #parts: ProxyParts;
  readonly #planned = new Map<string, ServiceRules>();
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  readonly #changed = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  readonly #sweep: FlowSweep;
  #viewpoint: Viewpoint;
  /** All that has been planned, joined. */
  #rules: RuleSet;
  /** What the kernel has; undefined where that is unknown. */
  #applied: RuleSet | undefined;
  #unopened: ReadonlySet<number> = new Set();
  #checkDue = false;
  #sweepDue = false;
  /** Ends the comparison that goes on. */
  #interrupt: () => void = () => {};
  #interruptions = 0;
  #wake: () => void = () => {};
  #resolveReady!: () => void;

  constructor(parts: ProxyParts) {
    this.#parts = parts;
    this.#viewpoint = { node: parts.node };
    this.#rules = emptyRules(parts.frame);
    this.#sweep = new FlowSweep({ ...parts, flows: parts.flows, onDue: () => this.#sweepNow() });
    this.ready = new Promise((resolve) => (this.#resolveReady = resolve));
  }

  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#wake();
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { services, slices, nodes, clock, random, log } = this.#parts;
    const unsubscribe = this.#subscribe();
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    let check: Timer | undefined;
    try {
      await untilAborted(Promise.all([services.synced, slices.synced, nodes.synced]), signal);
      let failures = 0;
      while (!signal.aborted) {
        const startedMs = clock.now();
        try {
          await this.#step(signal);
          failures = 0;
          this.#resolveReady();
          check ??= this.#checkLater(() => (check = undefined));
        } catch (error) {
          if (signal.aborted) return;
          failures += 1;
          this.#applied = undefined;
          log.error("applying the service rules failed, trying again", { failures, error });
          await delay(clock, backoffMs(failures, RETRIES, random), { signal });
          continue;
        }
        if (this.#isIdle()) await this.#waitForWork();
        else await delay(clock, Math.min(clock.now() - startedMs, LONGEST_REST_MS), { signal });
        // What comes in one batch of events becomes one transaction.
        await clock.turn();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      check?.[Symbol.dispose]();
      this.#sweep[Symbol.dispose]();
      for (const end of unsubscribe) end();
    }
  }

  #subscribe(): readonly (() => void)[] {
    const { services, slices, nodes, node } = this.#parts;
    return [
      services.subscribe(({ object }) => this.#touch(nameKey(object.metadata))),
      slices.subscribe((change) => {
        if (change.type === "updated") this.#forgetSlice(change.old);
        if (change.type === "deleted") this.#forgetSlice(change.object);
        else this.#keepSlice(change.object);
      }),
      nodes.subscribe(({ object, type }) => {
        if (object.metadata.name !== node || type === "deleted") return;
        this.#look(object.metadata.labels?.["topology.kubernetes.io/zone"]);
      }),
    ];
  }

  #keepSlice(slice: EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined) return;
    const found = this.#slices.get(service) ?? new Map<string, EndpointSlice>();
    this.#slices.set(service, found.set(slice.metadata.name, slice));
    this.#touch(service);
  }

  #forgetSlice(slice: EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined) return;
    const found = this.#slices.get(service);
    found?.delete(slice.metadata.name);
    if (found?.size === 0) this.#slices.delete(service);
    this.#touch(service);
  }

  #look(zone: string | undefined): void {
    if (zone === this.#viewpoint.zone) return;
    const { node, services } = this.#parts;
    this.#viewpoint = zone === undefined ? { node } : { node, zone };
    for (const service of services.list()) this.#touch(nameKey(service.metadata));
  }

  #touch(service: string): void {
    this.#changed.add(service);
    this.#interrupt();
    this.#wake();
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { engine, healthChecks } = this.#parts;
    const waiting = this.#waiting.splice(0);
    try {
      if (this.#checkDue && this.#changed.size === 0 && this.#applied !== undefined)
        await this.#check(this.#applied, signal);
      this.#sweepDue = false;
      const next = rejoinRules(this.#rules, this.#replan(), this.#planned.values());
      this.#rules = next;
      const transaction = diffRules(this.#applied, next);
      if (transaction !== undefined) await engine.apply(transaction, { signal });
      this.#applied = next;
      await this.#sweep.sweep(next, signal);
      this.#tellUnopened((await healthChecks?.serve(next.healthChecks)) ?? []);
      for (const resolve of waiting) resolve();
    } catch (error) {
      this.#waiting.push(...waiting);
      throw error;
    }
  }

  #replan(): readonly ServiceChange[] {
    const { services, frame } = this.#parts;
    const changes = Array.from(this.#changed, (key) => {
      const service = services.get(key);
      const slices = [...(this.#slices.get(key)?.values() ?? [])];
      const after = service && planService(service, slices, this.#viewpoint, frame);
      return { key, before: this.#planned.get(key), after };
    });
    for (const { key, after } of changes) {
      if (after === undefined) this.#planned.delete(key);
      else this.#planned.set(key, after);
    }
    this.#changed.clear();
    return changes;
  }

  /**
   * Compares the real rules with what they should be. That takes long where there are many, and changes do not wait for it: they
   * end it, and it is done at the next occasion. Where there is no end of changes, they wait once.
   */
  async #check(applied: RuleSet, signal: AbortSignal): Promise<void> {
    const { engine, log } = this.#parts;
    const interrupted = new AbortController();
    if (this.#interruptions < MOST_INTERRUPTIONS) this.#interrupt = () => interrupted.abort();
    this.#checkDue = false;
    try {
      const holds = await engine.holds(applied, { signal: AbortSignal.any([signal, interrupted.signal]) });
      this.#interruptions = 0;
      if (holds) return;
      log.warn("the service rules were changed by somebody else, writing them anew");
      this.#applied = undefined;
    } catch (error) {
      if (signal.aborted || !interrupted.signal.aborted) throw error;
      this.#interruptions += 1;
    } finally {
      this.#interrupt = () => {};
    }
  }

  #sweepNow(): void {
    this.#sweepDue = true;
    this.#wake();
  }

  /** Ports may be taken. Each is told of once, and tried again with every step. */
  #tellUnopened(failures: readonly HealthCheckFailure[]): void {
    for (const { service, port, error } of failures) {
      if (!this.#unopened.has(port)) this.#parts.log.warn("no health check for the service", { service, port, error });
    }
    this.#unopened = new Set(failures.map(({ port }) => port));
  }

  #isIdle(): boolean {
    return this.#changed.size === 0 && this.#waiting.length === 0 && !this.#checkDue && !this.#sweepDue;
  }

  #waitForWork(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #checkLater(onDue: () => void): Timer {
    return this.#parts.clock.timer(CHECK_EVERY_MS, () => {
      onDue();
      this.#checkDue = true;
      this.#wake();
    });
  }
}

function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    void promise.then(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, reject);
  });
}
