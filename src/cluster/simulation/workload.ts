import { Deployment } from "../../api/apps/v1/deployment.ts";
import { DaemonSet } from "../../api/apps/v1/daemon-set.ts";
import { StatefulSet } from "../../api/apps/v1/stateful-set.ts";
import { Job } from "../../api/batch/v1/job.ts";
import { Service } from "../../api/core/v1/service.ts";
import type { Kind } from "../../api/kind.ts";
import { integerBelow, type Random } from "../../base/random.ts";
import { mergePatch } from "../../client/client.ts";
import type { Draft, KubeObject } from "../../machinery/object.ts";
import { isStatus, StatusError } from "../../machinery/status.ts";
import type { World } from "../testing.ts";
import type { Invariants } from "./invariants.ts";

const NAMES = ["shop", "search", "mail", "cart", "login"] as const;
const MOST_REPLICAS = 12;
/** How often somebody does something with the other kinds: a job, an agent on every node, a database. */
const OTHERS = 0.3;

/** People who create, scale, update and delete what runs pods. What fails they give up. */
export class Workload {
  readonly #world: World;
  readonly #invariants: Invariants;
  readonly #random: Random;
  #tasks = 0;

  constructor(world: World, invariants: Invariants) {
    this.#world = world;
    this.#invariants = invariants;
    this.#random = world.random.stream("workload");
  }

  /** One of them does one thing. */
  async act(): Promise<void> {
    const name = NAMES[integerBelow(this.#random, NAMES.length)]!;
    const [does, number] = [this.#random.next(), integerBelow(this.#random, MOST_REPLICAS + 1)];
    try {
      if (this.#random.next() < OTHERS) await this.#actOnOthers(does, number);
      else if (this.#world.get(Deployment, name) === undefined) await this.#create(name, number);
      else if (does < 0.5) await this.#patch(name, { spec: { replicas: number } });
      else if (does < 0.8) await this.#patch(name, { spec: { template: templateOf(name, `v${number}`) } });
      else await this.#delete(name);
    } catch (error) {
      // A server that fails or is gone, an answer that is lost: nobody was told that anything was written.
      if (error instanceof StatusError && isStatus(error, "Invalid", "BadRequest", "Forbidden")) throw error;
    }
  }

  async #actOnOthers(does: number, number: number): Promise<void> {
    const { client } = this.#world;
    const object = { namespace: "default", name: "db" };
    const database = this.#world.get(StatefulSet, "db");
    if (does < 0.3)
      await this.#write(Job, { metadata: { ...object, name: `task-${this.#tasks++}` }, spec: taskSpec() });
    else if (does < 0.4)
      await this.#write(DaemonSet, { metadata: { ...object, name: "agent" }, spec: setSpec("agent") });
    else if (does < 0.5) await client.delete(DaemonSet, { ...object, name: "agent" });
    else if (database === undefined) {
      const replicas = number % 5;
      await this.#write(StatefulSet, { metadata: object, spec: { ...setSpec("db"), serviceName: "db", replicas } });
    } else if (does < 0.9) {
      const patch = mergePatch({ spec: { replicas: number % 5 } });
      this.#invariants.acknowledge(StatefulSet, await client.patch(StatefulSet, object, patch));
    } else await client.delete(StatefulSet, object);
  }

  async #write<T extends KubeObject>(kind: Kind<T>, object: object): Promise<void> {
    this.#invariants.acknowledge(kind, await this.#world.client.create(kind, object as Draft<T>));
  }

  async #create(name: string, replicas: number): Promise<void> {
    const metadata = { name, namespace: "default" };
    const service = { metadata, spec: { selector: { app: name }, ports: [{ port: 80, protocol: "TCP" }] } };
    const spec = { replicas, selector: { matchLabels: { app: name } }, template: templateOf(name, "v0") };
    await this.#write(Deployment, { metadata, spec });
    await this.#write(Service, service);
  }

  async #patch(name: string, change: object): Promise<void> {
    const object = { namespace: "default", name };
    this.#invariants.acknowledge(Deployment, await this.#world.client.patch(Deployment, object, mergePatch(change)));
  }

  async #delete(name: string): Promise<void> {
    const object = { namespace: "default", name };
    await this.#world.client.delete(Deployment, object, { propagationPolicy: "Background" });
    await this.#world.client.delete(Service, object);
  }
}

function templateOf(name: string, version: string) {
  const probe = { httpGet: { path: "/", port: 80 }, periodSeconds: 5 };
  const container = { name: "main", image: `${name}:${version}`, readinessProbe: probe };
  return {
    metadata: { labels: { app: name }, annotations: { "sim.wherry.dev/healthy-after": "2s" } },
    spec: { terminationGracePeriodSeconds: 5, containers: [container] },
  };
}

function setSpec(name: string) {
  return { selector: { matchLabels: { app: name } }, template: templateOf(name, "v0") };
}

/** Three pods that each end well after a while. */
function taskSpec() {
  const { spec } = templateOf("task", "v0");
  const template = {
    metadata: { annotations: { "sim.wherry.dev/exit-after": "3s" } },
    spec: { ...spec, restartPolicy: "OnFailure" },
  };
  return { completions: 3, parallelism: 2, backoffLimit: 100, template };
}
