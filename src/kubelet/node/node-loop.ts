import type { Lease } from "../../api/generated/coordination-v1.ts";
import type { Node, Taint } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import { delay } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { Client } from "../../client/client.ts";
import { mergePatch } from "../../client/client.ts";
import type { EventRecorder } from "../../client/recorder.ts";
import type { Draft } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import { formatMicroTime } from "../../machinery/time.ts";
import { LeaseKind, NodeKind } from "../kinds.ts";
import type { ContainerRuntime } from "../ports/runtime.ts";
import type { NodeFacts } from "./node-status.ts";
import { nodeLabels, nodeStatus, turnedConditions, withHeartbeat } from "./node-status.ts";

export interface NodeLoopParts {
  readonly nodeName: string;
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What does not change while the kubelet runs. */
  readonly facts: Omit<NodeFacts, "conditions" | "runtimeError" | "images" | "shuttingDown">;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly podCIDRs: readonly string[];
  /** Asks the runtime for its conditions and images; a simulated one never changes. */
  readonly watchRuntime: boolean;
}

const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
const LOOK_MS = 10_000;
const REPORT_MS = 300_000;
const RETRY_MS = 1_000;
const LEASES = "kube-node-lease";

/** Registers the node, keeps its status true and its lease alive. */
export class NodeLoop {
  readonly #parts: NodeLoopParts;
  #node: Node | undefined;
  #lease: Lease | undefined;
  #sentAtMs = 0;
  #shuttingDown = false;

  constructor(parts: NodeLoopParts) {
    this.#parts = parts;
  }

  /** The node as last seen; undefined before it is registered. */
  get node(): Node | undefined {
    return this.#node;
  }

  /** Reads the node from the API server; tries until it answers. */
  async look(signal: AbortSignal): Promise<Node> {
    const { client, clock, nodeName } = this.#parts;
    while (true) {
      try {
        this.#node = await client.get(NodeKind, { name: nodeName }, { signal });
        return this.#node;
      } catch {
        await delay(clock, RETRY_MS, { signal });
      }
    }
  }

  /** Creates the Node, or takes over the one that is there; tries until the API answers. */
  async register(signal: AbortSignal): Promise<Node> {
    while (true) {
      try {
        this.#node = await this.#createOrAdopt(signal);
        await this.#report(signal);
        return this.#node;
      } catch (error) {
        signal.throwIfAborted();
        this.#parts.log.warn("node could not be registered, trying again", { node: this.#parts.nodeName, error });
        await delay(this.#parts.clock, RETRY_MS, { signal });
      }
    }
  }

  /** Looks at the node from time to time until the signal is aborted. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#parts;
    while (!signal.aborted) {
      await delay(clock, LOOK_MS * (1 + 0.04 * random.next()), { signal }).catch(() => {});
      if (signal.aborted) return;
      await this.#report(signal).catch((error: unknown) => {
        if (signal.aborted) return;
        this.#parts.log.warn("node status could not be written", { node: this.#parts.nodeName, error });
        if (isStatus(error, "NotFound")) return this.register(signal).then(() => {});
      });
    }
  }

  /** Says at once, and from now on, that the node is shutting down. */
  async shutDown(signal: AbortSignal): Promise<void> {
    this.#shuttingDown = true;
    await this.#report(signal);
  }

  /** Renews the lease: how the cluster knows that the node lives. */
  async keepLease(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#parts;
    while (!signal.aborted) {
      const renewed = await this.#renew(signal).then(
        () => true,
        (error: unknown) => {
          this.#lease = undefined;
          if (!signal.aborted)
            this.#parts.log.warn("node lease could not be renewed", { node: this.#parts.nodeName, error });
          return false;
        },
      );
      await delay(clock, renewed ? RENEW_MS * (1 + 0.04 * random.next()) : RETRY_MS, { signal }).catch(() => {});
    }
  }

  async #createOrAdopt(signal: AbortSignal): Promise<Node> {
    const { client, nodeName, facts, labels, taints, podCIDRs } = this.#parts;
    const wanted = { ...nodeLabels(facts.hostname, facts.machine), ...labels };
    const cause = { actor: `kubelet/${nodeName}`, saw: [], reason: "the node has started" };
    const draft = {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: nodeName,
        labels: wanted,
        annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" },
      },
      spec: {
        ...(taints.length === 0 ? {} : { taints }),
        ...(podCIDRs[0] === undefined ? {} : { podCIDR: podCIDRs[0], podCIDRs }),
      },
    } as unknown as Draft<Node>;
    try {
      return await client.create(NodeKind, draft, { signal, cause });
    } catch (error) {
      if (!isStatus(error, "AlreadyExists")) throw error;
    }
    const present = await client.get(NodeKind, { name: nodeName }, { signal });
    const missing = Object.entries(wanted).filter(([key, value]) => present.metadata.labels?.[key] !== value);
    if (missing.length === 0) return present;
    const patch = mergePatch({ metadata: { labels: Object.fromEntries(missing) } });
    return await client.patch(NodeKind, { name: nodeName }, patch, { signal, cause });
  }

  async #report(signal: AbortSignal): Promise<void> {
    const { client, clock, nodeName, recorder } = this.#parts;
    const facts = await this.#facts(signal);
    for (let tries = 0; ; tries++) {
      const node =
        tries === 0 && this.#node !== undefined
          ? this.#node
          : await client.get(NodeKind, { name: nodeName }, { signal });
      const before = node.status;
      const status = nodeStatus(facts, before, clock.now());
      const changed = !sameJson(status, before);
      if (!changed && clock.now() - this.#sentAtMs < REPORT_MS) return;
      const turned = turnedConditions(before.conditions ?? [], status.conditions ?? []);
      const reason = turned.length > 0 ? turned.join(", ") : changed ? "the node has changed" : "the node lives";
      const cause = { actor: `kubelet/${nodeName}`, saw: [], reason };
      try {
        this.#node = await client.setStatus(NodeKind, node, withHeartbeat(status, clock.now()), { signal, cause });
        this.#sentAtMs = clock.now();
        for (const one of turned) recorder.record(this.#node, "Normal", one, `Node ${nodeName} status is now: ${one}`);
        return;
      } catch (error) {
        // Others write the node too: its conditions, its taints, its CIDR.
        if (!isStatus(error, "Conflict") || tries >= MOST_TRIES) throw error;
      }
    }
  }

  async #facts(signal: AbortSignal): Promise<NodeFacts> {
    const { runtime, watchRuntime } = this.#parts;
    const facts = { ...this.#parts.facts, shuttingDown: this.#shuttingDown };
    if (!watchRuntime) return { ...facts, conditions: [], runtimeError: undefined, images: [] };
    try {
      const [conditions, images] = await Promise.all([runtime.status({ signal }), runtime.images({ signal })]);
      return { ...facts, conditions, runtimeError: undefined, images };
    } catch (error) {
      signal.throwIfAborted();
      return {
        ...facts,
        conditions: [],
        runtimeError: error instanceof Error ? error.message : String(error),
        images: [],
      };
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { client, clock, nodeName } = this.#parts;
    const name = { namespace: LEASES, name: nodeName };
    const spec = {
      holderIdentity: nodeName,
      leaseDurationSeconds: LEASE_SECONDS,
      renewTime: formatMicroTime(clock.now()),
    };
    this.#lease ??= await client.get(LeaseKind, name, { signal }).catch((error: unknown) => {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    });
    if (this.#lease !== undefined) {
      const { metadata } = this.#lease;
      this.#lease = await client.update(
        LeaseKind,
        { ...this.#lease, metadata, spec: { ...this.#lease.spec, ...spec } },
        { signal },
      );
      return;
    }
    const uid = this.#node?.metadata.uid;
    const ownerReferences = uid === undefined ? [] : [{ apiVersion: "v1", kind: "Node", name: nodeName, uid }];
    const metadata = { ...name, ownerReferences };
    this.#lease = await client.create(
      LeaseKind,
      { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec },
      { signal },
    );
  }
}

const MOST_TRIES = 5;
