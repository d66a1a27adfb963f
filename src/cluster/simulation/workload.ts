import { Deployment } from "../../api/apps/v1/deployment.ts";
import { Service } from "../../api/core/v1/service.ts";
import { integerBelow, type Random } from "../../base/random.ts";
import { mergePatch } from "../../client/client.ts";
import type { Draft } from "../../machinery/object.ts";
import { isStatus, StatusError } from "../../machinery/status.ts";
import type { World } from "../testing.ts";
import type { Invariants } from "./invariants.ts";

const NAMES = ["shop", "search", "mail", "cart", "login"] as const;
const MOST_REPLICAS = 12;

/** People who create, scale, update and delete deployments behind services. What fails they give up. */
export class Workload {
  readonly #world: World;
  readonly #invariants: Invariants;
  readonly #random: Random;

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
      if (this.#world.get(Deployment, name) === undefined) await this.#create(name, number);
      else if (does < 0.5) await this.#patch(name, { spec: { replicas: number } });
      else if (does < 0.8) await this.#patch(name, { spec: { template: templateOf(name, `v${number}`) } });
      else await this.#delete(name);
    } catch (error) {
      // A server that fails or is gone, an answer that is lost: nobody was told that anything was written.
      if (error instanceof StatusError && isStatus(error, "Invalid", "BadRequest", "Forbidden")) throw error;
    }
  }

  async #create(name: string, replicas: number): Promise<void> {
    const { client } = this.#world;
    const metadata = { name, namespace: "default" };
    const service = { metadata, spec: { selector: { app: name }, ports: [{ port: 80, protocol: "TCP" }] } };
    const spec = { replicas, selector: { matchLabels: { app: name } }, template: templateOf(name, "v0") };
    this.#invariants.acknowledge(
      Deployment,
      await client.create(Deployment, { metadata, spec } as unknown as Draft<Deployment>),
    );
    this.#invariants.acknowledge(Service, await client.create(Service, service as unknown as Draft<Service>));
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
