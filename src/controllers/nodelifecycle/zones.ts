import type { Node } from "../../api/generated/core-v1.ts";
import { conditionOf } from "../conditions.ts";
import { isEvicting } from "./taints.ts";

const EXCLUDED = "node.kubernetes.io/exclude-disruption";
/** A zone in which so large a part of the nodes is not ready has a fault of its own. */
const UNHEALTHY_PART = 0.55;
const LARGE_ZONE = 50;
/** One node in ten seconds, or in a hundred in a large zone with a fault. */
const USUAL_PAUSE_MS = 10_000;
const CAREFUL_PAUSE_MS = 100_000;

export function zoneOf({ metadata }: Node): string {
  const { labels = {} } = metadata;
  const zone = labels["failure-domain.beta.kubernetes.io/zone"] ?? labels["topology.kubernetes.io/zone"] ?? "";
  const region = labels["failure-domain.beta.kubernetes.io/region"] ?? labels["topology.kubernetes.io/region"] ?? "";
  return `${region}/${zone}`;
}

export function isNodeReady({ status }: Node): boolean {
  return conditionOf(status.conditions, "Ready")?.status === "True";
}

interface Zone {
  nodes: number;
  ready: number;
  /** Nodes that are not ready and still have their pods, in the order in which they are to lose them. */
  readonly waiting: Set<string>;
  /** When the last one lost them. */
  emptiedAtMs: number;
}

/**
 * All zones with their nodes, kept up to date node by node: how they are says whether and how fast pods are driven away from
 * those that are not ready.
 */
export class Zones {
  readonly #zones = new Map<string, Zone>();
  readonly #nodes = new Map<string, { readonly zone: string; readonly ready: boolean; readonly counts: boolean }>();
  #counted = 0;
  #ready = 0;

  /** A node is now so; undefined: it is gone. @returns the nodes for which something else may hold now */
  track(name: string, node: Node | undefined): readonly string[] {
    const nobodyWas = this.nobodyIsReady;
    const before = this.#nodes.get(name);
    if (before !== undefined) this.#count(before, -1);
    this.#nodes.delete(name);
    if (node !== undefined) {
      const counts = node.metadata.labels?.[EXCLUDED] === undefined;
      const now = { zone: zoneOf(node), ready: isNodeReady(node), counts };
      this.#nodes.set(name, now);
      this.#count(now, 1);
    }
    const { zone } = this.#nodes.get(name) ?? before ?? { zone: "" };
    if (node === undefined || isNodeReady(node) || isEvicting(node))
      this.#zone(before?.zone ?? zone).waiting.delete(name);
    if (nobodyWas !== this.nobodyIsReady) {
      return [...this.#nodes].filter(([, { ready }]) => !ready).map(([other]) => other);
    }
    const [first] = this.#zone(zone).waiting;
    return first === undefined ? [] : [first];
  }

  /** Then the fault is more likely the control plane's than theirs: nobody is driven away. */
  get nobodyIsReady(): boolean {
    return this.#counted > 0 && this.#ready === 0;
  }

  /** Whether it is this node's turn to lose its pods; it waits for that from now on, and has lost them if it is. */
  isNext(node: Node, nowMs: number): boolean {
    const zone = this.#zone(zoneOf(node));
    zone.waiting.add(node.metadata.name);
    const pause = pauseMs(zone);
    if (!this.isFirst(node) || pause === undefined || nowMs < zone.emptiedAtMs + pause) return false;
    zone.emptiedAtMs = nowMs;
    zone.waiting.delete(node.metadata.name);
    return true;
  }

  isFirst(node: Node): boolean {
    const [first] = this.#zone(zoneOf(node)).waiting;
    return first === node.metadata.name;
  }

  #count({ zone, ready, counts }: { zone: string; ready: boolean; counts: boolean }, by: 1 | -1): void {
    if (!counts) return;
    const own = this.#zone(zone);
    own.nodes += by;
    this.#counted += by;
    if (!ready) return;
    own.ready += by;
    this.#ready += by;
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      this.#zones.set(name, (zone = { nodes: 0, ready: 0, waiting: new Set(), emptiedAtMs: -Infinity }));
    }
    return zone;
  }
}

/** How long to wait between two nodes of a zone; undefined: none at all now. */
function pauseMs({ nodes, ready }: Zone): number | undefined {
  const unready = nodes - ready;
  const isFaulty = ready > 0 && unready > 2 && unready / nodes >= UNHEALTHY_PART;
  if (!isFaulty) return USUAL_PAUSE_MS;
  return nodes > LARGE_ZONE ? CAREFUL_PAUSE_MS : undefined;
}
