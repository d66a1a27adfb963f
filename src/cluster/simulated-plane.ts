import type { User } from "../apiserver/auth/user.ts";
import { type ApiServer, defaultSettings } from "../apiserver/server.ts";
import { objectCodec } from "../apiserver/storage/codec.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Transport } from "../client/call.ts";
import { simulatedAuthority } from "../host/sim/certificates.ts";
import { faultyEngine } from "../host/sim/faults/faulty-engine.ts";
import { faultyTransport } from "../host/sim/faults/faulty-transport.ts";
import type { Faults } from "../host/sim/faults/rates.ts";
import { type SimulatedProcess, simulatedProcess } from "../host/sim/process.ts";
import { simulatedSigner } from "../host/sim/token-signer.ts";
import type { VirtualClock } from "../host/sim/virtual-clock.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { Controller } from "../reconciler/controller.ts";
import type { Store } from "../store/contract.ts";
import type { Engine } from "../store/engine.ts";
import { openStore } from "../store/store.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

export interface SimulatedPlaneParts {
  /** What outlives the process. */
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly log: Log;
  readonly faults: Faults;
  readonly controllers: (server: ApiServer) => readonly Controller[];
  readonly scheduler: boolean;
  /** Stored objects are frozen deeply, so that whoever edits one is found out. */
  readonly frozen: boolean;
}

/** The process of the control plane in a simulation: it may be killed and started again over the same engine. */
export class SimulatedPlane implements AsyncDisposable {
  readonly #parts: SimulatedPlaneParts;
  #running: Running | undefined;
  #starts = 0;

  constructor(parts: SimulatedPlaneParts) {
    this.#parts = parts;
  }

  get plane(): ControlPlane {
    return this.#now.plane;
  }

  get store(): Store<KubeObject> {
    return this.#now.store;
  }

  /** The way to the server from outside the process: refused while it is down, broken off when it is killed. */
  transport(user: User, userAgent: string): Transport {
    const { faults, clock, random } = this.#parts;
    const current = () => {
      if (this.#running === undefined) throw new Error("connection refused");
      const { process, plane } = this.#running;
      return process.serve(plane.server.transport(user, userAgent));
    };
    let served: { readonly by: Running | undefined; readonly transport: Transport } | undefined;
    const cached = () => {
      if (served?.by !== this.#running || served === undefined) served = { by: this.#running, transport: current() };
      return served.transport;
    };
    const reconnecting: Transport = {
      async send(call) {
        return cached().send(call);
      },
      async *watch(call) {
        yield* cached().watch(call);
      },
    };
    return faultyTransport(reconnecting, { faults, clock, random: random.stream(`faults ${user.name}`) });
  }

  async start(): Promise<void> {
    const { engine, clock: worldClock, random, log, faults, controllers, scheduler, frozen } = this.#parts;
    this.#starts += 1;
    const own = this.#starts === 1 ? random : random.stream(`start ${this.#starts}`);
    const process = simulatedProcess(worldClock);
    const { clock } = process;
    const life = new AbortController();
    const faulty = { faults, clock, random: own.stream("faults") };
    const store = await openStore<KubeObject>({
      engine: faultyEngine(engine, faulty, life.signal),
      codec: objectCodec({ frozen }),
      clock,
      log,
    });
    const plane = await startControlPlane({
      store,
      clock,
      random: own,
      log,
      signer: simulatedSigner,
      certificates: simulatedAuthority,
      settings: defaultSettings,
      endpoint: { address: "192.0.2.1", port: 6443 },
      controllers,
      scheduler,
      around: (transport, component) =>
        faultyTransport(process.over(transport), { ...faulty, random: own.stream(`faults ${component}`) }),
    });
    this.#running = { process, store, plane, life };
  }

  /** Ends the process at once, in the middle of its work. */
  kill(): void {
    const { process, plane, life } = this.#now;
    this.#running = undefined;
    process.kill();
    life.abort();
    plane.tasks.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running === undefined) return;
    const { plane, store } = this.#running;
    await plane[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  }

  get #now(): Running {
    if (this.#running === undefined) throw new Error("the control plane is down");
    return this.#running;
  }
}

interface Running {
  readonly process: SimulatedProcess;
  readonly store: Store<KubeObject>;
  readonly plane: ControlPlane;
  readonly life: AbortController;
}
