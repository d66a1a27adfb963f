import type { Node } from "../api/generated/core-v1.ts";
import type { Informer } from "../client/informer.ts";
import { sameJson } from "../machinery/same-json.ts";
import { keepInStep, type StepParts } from "./keep-in-step.ts";
import { LINKS_ANNOTATION, linksNote, linksOf, MACHINE_ANNOTATION } from "./links.ts";
import { type NetworkMode, type NetworkPlan, type Peer, planNetwork, podMtu } from "./plan.ts";
import type { KernelView, NetworkEngine } from "./ports.ts";

export interface PodNetworkParts extends StepParts {
  /** All nodes. */
  readonly nodes: Informer<Node>;
  readonly own: Peer;
  readonly mode: NetworkMode;
  readonly engine: NetworkEngine;
  /** Writes annotations of this node. */
  readonly annotate: (annotations: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<void>;
  /** Told when pods that start from now on should have another MTU, in bytes. */
  readonly onPodMtu: (mtu: number) => Promise<void>;
}

/** Keeps this node's ways to the pods of other nodes in step with the Nodes of the cluster. */
export function startPodNetwork(parts: PodNetworkParts): void {
  const { nodes, own, mode, engine, annotate, onPodMtu, log } = parts;
  const peers = new Map<string, Peer>();
  let looked: KernelView | undefined;
  let applied: NetworkPlan | undefined;
  let told = "";
  let mtu: number | undefined;
  keepInStep(parts, {
    what: "the ways to other nodes' pods",
    synced: nodes.synced,
    subscribe: (ring) => [
      nodes.subscribe(({ type, object }) => {
        const { name } = object.metadata;
        const peer = type === "deleted" ? undefined : peerOf(object);
        if (sameJson(peer, peers.get(name))) return;
        if (peer === undefined) peers.delete(name);
        else peers.set(name, peer);
        ring();
      }),
    ],
    async step(signal, thorough) {
      if (thorough || looked === undefined) looked = await engine.look({ signal });
      const view = { own, nodes: [...peers.values()], mode, ...looked };
      const plan = planNetwork(view);
      await engine.apply(plan, thorough ? undefined : applied, { signal });
      applied = plan;
      const notes = {
        [LINKS_ANNOTATION]: linksNote(looked.links, own.podCIDRs),
        ...(own.machine === undefined ? {} : { [MACHINE_ANNOTATION]: own.machine }),
      };
      const said = nodes.get(own.name)?.metadata.annotations;
      if (nodes.get(own.name) !== undefined && Object.entries(notes).some(([name, note]) => said?.[name] !== note))
        await annotate(notes, signal);
      const wanted = podMtu(plan, view);
      if (wanted !== mtu) await onPodMtu(wanted);
      mtu = wanted;
      if (plan.problems.join() !== told) for (const problem of plan.problems) log.warn("no way to pods", { problem });
      told = plan.problems.join();
    },
  });
}

/** What of a node matters to the others' ways to its pods. */
export function peerOf({ metadata, spec, status }: Node): Peer {
  const addresses = (status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
  const machine = metadata.annotations?.[MACHINE_ANNOTATION];
  return { name: metadata.name, addresses, podCIDRs: spec.podCIDRs ?? [], links: linksOf(metadata), machine };
}
