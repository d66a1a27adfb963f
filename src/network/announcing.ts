import { wantsLoadBalancer } from "../api/core/v1/load-balancing.ts";
import type { Node, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import type { IpRange } from "../base/ip-range.ts";
import type { Informer } from "../client/informer.ts";
import { sameJson } from "../machinery/same-json.ts";
import { type Announcement, planAnnouncements, planNeighbours } from "./announcements.ts";
import { Heartbeats } from "./heartbeats.ts";
import { keepInStep, type StepParts } from "./keep-in-step.ts";
import type { NeighbourChange } from "./neighbours.ts";
import type { KernelView, NetworkEngine, NeighbourWire } from "./ports.ts";

export interface AnnouncingParts extends StepParts {
  readonly ownName: string;
  /** The addresses that the cluster gives to load balancers. */
  readonly ranges: readonly IpRange[];
  /** All of them. */
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly engine: NetworkEngine;
  /** To the other nodes; undefined where they cannot be heard: then Kubernetes alone says who lives. */
  readonly wire: NeighbourWire | undefined;
}

/** Answers for addresses of load balancers on this node's links, as long as it is this node's turn. */
export function startAnnouncing(parts: AnnouncingParts): void {
  const { ownName, ranges, nodes, services, slices, engine, clock, wire, log, tasks } = parts;
  const ofService = ({ metadata }: EndpointSlice) =>
    `${metadata.namespace}/${metadata.labels?.["kubernetes.io/service-name"] ?? ""}`;
  let looked: KernelView | undefined;
  let announced: readonly Announcement[] | undefined;
  // Of the time before this start nothing is known.
  let anew = true;
  let ringAll: () => void = () => {};
  const ringOnChange = (ring: () => void) => {
    ringAll = ring;
    return () => {};
  };
  const onChange = ({ moved, isBelievedAgain }: NeighbourChange) => {
    anew ||= isBelievedAgain;
    if (moved) log.info("neighbours of which nothing is heard", { nodes: [...(heartbeats?.silent() ?? [])] });
    ringAll();
  };
  const heartbeats = wire === undefined ? undefined : new Heartbeats({ ownName, clock, wire, onChange });
  tasks.signal.addEventListener("abort", () => heartbeats?.[Symbol.dispose](), { once: true });
  keepInStep(parts, {
    what: "the addresses of load balancers",
    synced: Promise.all([nodes.synced, services.synced, slices.synced]),
    subscribe: (ring) => [
      nodes.subscribe(ring),
      services.subscribe((change) => {
        if (wantsLoadBalancer(change.object) || (change.type === "updated" && wantsLoadBalancer(change.old))) ring();
      }),
      slices.subscribe(({ object }) => {
        const service = services.get(ofService(object));
        if (service?.spec.externalTrafficPolicy === "Local" && wantsLoadBalancer(service)) ring();
      }),
      ringOnChange(ring),
    ],
    async step(signal, thorough) {
      if (thorough || looked === undefined) looked = await engine.look({ signal });
      const { links } = looked;
      const bySlices = Map.groupBy(slices.list(), ofService);
      const view = { ownName, ranges, nodes: nodes.list(), services: services.list() };
      heartbeats?.setNeighbours(planNeighbours(view));
      const announcements = planAnnouncements({
        ...view,
        silent: heartbeats?.silent() ?? new Set(),
        slicesOf: ({ metadata }) => bySlices.get(`${metadata.namespace}/${metadata.name}`) ?? [],
        links,
      });
      if (!thorough && !anew && sameJson(announcements, announced)) return;
      const isAnew = anew;
      anew = false;
      try {
        await engine.announce(announcements, ranges, { signal, anew: isAnew });
      } catch (error) {
        anew ||= isAnew;
        throw error;
      }
      announced = announcements;
    },
  });
}
