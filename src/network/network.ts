import type { Node } from "../api/generated/core-v1.ts";
import { backoffMs } from "../base/backoff.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { Informer } from "../client/informer.ts";
import { sameJson } from "../machinery/same-json.ts";
import { type NetworkMode, type Peer, planNetwork, podMtu } from "./plan.ts";
import type { NetworkEngine } from "./ports.ts";

export interface PodNetworkParts {
  /** All nodes. */
  readonly nodes: Informer<Node>;
  readonly own: Peer;
  readonly mode: NetworkMode;
  readonly engine: NetworkEngine;
  /** Told when pods that start from now on should have another MTU, in bytes. */
  readonly onPodMtu: (mtu: number) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

const RETRIES = { firstMs: 100, longestMs: 30_000, jitter: 0.5 };
/** How often the kernel is compared with what it should have: links change, and others may have removed what is ours. */
const CHECK_EVERY_MS = 30_000;

/** Keeps this node's ways to the pods of other nodes in step with the Nodes of the cluster. */
export function startPodNetwork(parts: PodNetworkParts): void {
  parts.tasks.spawn((signal) => run(parts, signal));
}

async function run(parts: PodNetworkParts, signal: AbortSignal): Promise<void> {
  const { nodes, clock, random, log } = parts;
  const peers = new Map<string, Peer>();
  const bell = new Bell(clock);
  const end = nodes.subscribe(({ type, object }) => {
    const { name } = object.metadata;
    const peer = type === "deleted" ? undefined : peerOf(object);
    if (sameJson(peer, peers.get(name))) return;
    if (peer === undefined) peers.delete(name);
    else peers.set(name, peer);
    bell.ring();
  });
  signal.addEventListener("abort", () => bell.ring(), { once: true });
  let failures = 0;
  let told = "";
  let mtu: number | undefined;
  try {
    await Promise.race([nodes.synced, aborted(signal)]);
    while (!signal.aborted) {
      bell.quiet();
      try {
        const view = {
          own: parts.own,
          nodes: [...peers.values()],
          mode: parts.mode,
          ...(await parts.engine.look({ signal })),
        };
        const plan = planNetwork(view);
        await parts.engine.apply(plan, { signal });
        const wanted = podMtu(plan, view);
        if (wanted !== mtu) await parts.onPodMtu(wanted);
        mtu = wanted;
        if (plan.problems.join() !== told) for (const problem of plan.problems) log.warn("no way to pods", { problem });
        told = plan.problems.join();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        log.error("the ways to other nodes' pods could not be set, trying again", { failures, error });
        await delay(clock, backoffMs(failures, RETRIES, random), { signal });
        continue;
      }
      await bell.rung(CHECK_EVERY_MS);
      // What comes in one batch of events is one step.
      await clock.turn();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    end();
  }
}

/** What of a node matters to the others' ways to its pods. */
export function peerOf({ metadata, spec, status }: Node): Peer {
  const addresses = (status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
  return { name: metadata.name, addresses, podCIDRs: spec.podCIDRs ?? [] };
}

/** Wakes one sleeper; what rings while nobody sleeps is heard by the next. */
class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  quiet(): void {
    this.#rung = false;
  }

  /** Resolves at the next ring, or after this time. */
  async rung(withinMs: number): Promise<void> {
    if (this.#rung) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    using _timer = this.#clock.timer(withinMs, resolve);
    await promise;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
