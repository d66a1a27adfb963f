import { DaemonSet } from "../../api/apps/v1/daemon-set.ts";
import { Deployment } from "../../api/apps/v1/deployment.ts";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { StatefulSet } from "../../api/apps/v1/stateful-set.ts";
import { Job } from "../../api/batch/v1/job.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import { keyOf, type Kind } from "../../api/kind.ts";
import type { StoreEvent } from "../../host/sim/recording-engine.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { World } from "../testing.ts";

/** What must hold at every moment, whatever goes wrong. Each breach is told once, in a sentence. */
export class Invariants {
  readonly breaches: string[] = [];
  readonly #told = new Set<string>();
  #revision = 0;
  /** The node of each pod that has one, by the pod's uid. */
  readonly #bound = new Map<string, string>();
  /** The revision of each key's last removal. */
  readonly #removed = new Map<string, number>();
  /** What a client was told is written: the newest revision of each key. */
  readonly #acknowledged = new Map<string, number>();

  /** Follows the store as it becomes durable. */
  readonly note = ({ key, type, revision }: StoreEvent): void => {
    if (revision <= this.#revision) this.#breach(`revision ${revision} of ${key} came after ${this.#revision}`);
    this.#revision = revision;
    if (type === "delete") this.#removed.set(key, revision);
  };

  acknowledge<T extends KubeObject>(kind: Kind<T>, { metadata }: T): void {
    const key = keyOf(kind, metadata.namespace, metadata.name);
    const revision = Number(metadata.resourceVersion);
    if ((this.#acknowledged.get(key) ?? 0) < revision) this.#acknowledged.set(key, revision);
  }

  check(world: World): void {
    for (const pod of world.list(Pod)) this.#checkPod(pod);
    for (const [key, revision] of this.#acknowledged) {
      if ((world.store.get(key)?.revision ?? this.#removed.get(key) ?? 0) < revision) {
        this.#breach(`the write of ${key} at ${revision} was acknowledged and is lost`);
      }
    }
  }

  /** What must hold once the faults have stopped and the world has come to rest. */
  async checkAtRest(world: World): Promise<void> {
    this.check(world);
    const pods = world.list(Pod);
    const owners: readonly Kind[] = [ReplicaSet, StatefulSet, DaemonSet, Job] as readonly unknown[] as Kind[];
    this.#checkOwners(pods, new Set(owners.flatMap((kind) => world.list(kind)).map(({ metadata }) => metadata.uid)));
    this.#checkOthers(world, pods);
    for (const deployment of world.list(Deployment)) this.#checkDeployment(deployment, world.list(ReplicaSet), pods);
    for (const service of world.list(Service)) this.#checkEndpoints(service, world.list(EndpointSlice), pods);
    for (const { name, alive, node } of world.nodes) {
      const own = pods.filter(({ spec }) => spec.nodeName === name);
      const known = new Set(own.map(({ metadata }) => metadata.uid));
      const here = new Set(own.filter(({ status }) => status.phase === "Running").map(({ metadata }) => metadata.uid));
      if (!alive) this.#breach(`node ${name} is not back`);
      for (const { identity } of await node.runtime.sandboxes()) {
        here.delete(identity.uid);
        if (!known.has(identity.uid)) this.#breach(`node ${name} still has a sandbox of pod ${identity.name}`);
      }
      if (here.size > 0) this.#breach(`node ${name} does not run ${[...here].join(", ")}`);
    }
  }

  #checkPod({ metadata, spec }: Pod): void {
    const { uid, name, ownerReferences = [] } = metadata;
    if (ownerReferences.filter(({ controller }) => controller === true).length > 1) {
      this.#breach(`pod ${name} has two controllers`);
    }
    if (spec.nodeName === undefined) return;
    const before = this.#bound.get(uid);
    if (before !== undefined && before !== spec.nodeName) {
      this.#breach(`pod ${name} was bound to ${before} and then to ${spec.nodeName}`);
    }
    this.#bound.set(uid, spec.nodeName);
  }

  #checkOwners(pods: readonly Pod[], uids: ReadonlySet<string>): void {
    for (const { metadata } of pods) {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (owner === undefined || !uids.has(owner.uid)) this.#breach(`pod ${metadata.name} has no living owner`);
    }
  }

  #checkOthers(world: World, pods: readonly Pod[]): void {
    const readyOf = (owner: KubeObject) =>
      pods.filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === owner.metadata.uid && isReady(pod)).length;
    for (const set of world.list(StatefulSet)) {
      const wanted = set.spec.replicas ?? 1;
      if (readyOf(set) !== wanted) this.#breach(`stateful set wants ${wanted} pods, has ${readyOf(set)} ready`);
    }
    for (const set of world.list(DaemonSet)) {
      const wanted = world.nodes.length;
      if (readyOf(set) !== wanted) this.#breach(`daemon set wants ${wanted} pods, has ${readyOf(set)} ready`);
    }
    for (const { metadata, status } of world.list(Job)) {
      const done = status?.conditions?.some(
        (condition) => condition.type === "Complete" && condition.status === "True",
      );
      if (done !== true) this.#breach(`job ${metadata.name} is not complete`);
    }
  }

  #checkDeployment({ metadata, spec, status }: Deployment, sets: readonly ReplicaSet[], pods: readonly Pod[]): void {
    const wanted = spec.replicas ?? 1;
    const own = sets.filter(({ metadata: { ownerReferences } }) => ownerReferences?.[0]?.uid === metadata.uid);
    const uids = new Set(own.map((set) => set.metadata.uid));
    const running = pods.filter((pod) => uids.has(pod.metadata.ownerReferences?.[0]?.uid ?? ""));
    const ready = running.filter(isReady).length;
    if (running.length !== wanted || ready !== wanted) {
      this.#breach(`deployment ${metadata.name} wants ${wanted} pods, has ${running.length}, of which ${ready} ready`);
    }
    const told = status?.availableReplicas ?? 0;
    if (told !== wanted) this.#breach(`deployment ${metadata.name} wants ${wanted} pods and reports ${told}`);
    const image = spec.template.spec?.containers[0]?.image;
    const old = running.filter((pod) => pod.spec.containers[0]?.image !== image).length;
    if (old > 0) this.#breach(`deployment ${metadata.name} has ${old} pods of an old template`);
  }

  #checkEndpoints({ metadata, spec }: Service, slices: readonly EndpointSlice[], pods: readonly Pod[]): void {
    const selector = Object.entries(spec.selector ?? {});
    if (selector.length === 0) return;
    const named = slices.filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === metadata.name);
    const listed = named
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready === true)
      .flatMap(({ addresses }) => addresses)
      .toSorted();
    const selected = pods
      .filter((pod) => isReady(pod) && selector.every(([name, value]) => pod.metadata.labels?.[name] === value))
      .map(({ status }) => status.podIP ?? "")
      .toSorted();
    if (listed.join() !== selected.join()) {
      this.#breach(`service ${metadata.name} lists ${listed.length} ready endpoints for ${selected.length} ready pods`);
    }
  }

  #breach(sentence: string): void {
    if (this.#told.has(sentence)) return;
    this.#told.add(sentence);
    this.breaches.push(sentence);
  }
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
