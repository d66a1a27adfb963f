import type { Clock } from "../../base/clock.ts";
import type { Transport } from "../../client/call.ts";

/**
 * A process that can be killed in the middle of whatever it does: none of its timers fires afterwards, none of its calls
 * goes out or comes back, and what waited for its turn waits for ever. Whoever is connected to it finds the connection
 * broken.
 */
export interface SimulatedProcess {
  readonly clock: Clock;
  readonly alive: boolean;
  /** The transport as this process uses it. */
  over(transport: Transport): Transport;
  /** The transport that this process serves, as others use it. */
  serve(transport: Transport): Transport;
  kill(): void;
}

export function simulatedProcess(clock: Clock): SimulatedProcess {
  const connections = new Set<(error: Error) => void>();
  let alive = true;
  const isAlive = () => alive;
  return {
    clock: mortalClock(clock, isAlive),
    get alive() {
      return alive;
    },
    over: (transport) => mortalTransport(transport, isAlive),
    serve: (transport) => ({
      send: (call) => (alive ? untilBroken(transport.send(call), connections) : refused()),
      async *watch(call) {
        if (!alive) await refused();
        const iterator = transport.watch(call)[Symbol.asyncIterator]();
        while (true) {
          const next = await untilBroken(iterator.next(), connections);
          if (next.done === true) return;
          yield next.value;
        }
      },
    }),
    kill() {
      alive = false;
      for (const breakOff of connections) breakOff(new Error("connection reset by peer"));
      connections.clear();
    },
  };
}

function mortalClock(clock: Clock, isAlive: () => boolean): Clock {
  return {
    now: () => clock.now(),
    timer: (delayMs, callback) =>
      clock.timer(delayMs, () => {
        if (isAlive()) callback();
      }),
    async turn() {
      await clock.turn();
      if (!isAlive()) await never();
    },
  };
}

function mortalTransport(transport: Transport, isAlive: () => boolean): Transport {
  return {
    async send(call) {
      if (!isAlive()) return never();
      try {
        return await transport.send(call);
      } finally {
        if (!isAlive()) await never();
      }
    },
    async *watch(call) {
      for await (const batch of transport.watch(call)) {
        if (!isAlive()) return;
        yield batch;
      }
    },
  };
}

function untilBroken<T>(work: Promise<T>, connections: Set<(error: Error) => void>): Promise<T> {
  return new Promise((resolve, reject) => {
    connections.add(reject);
    work.then(resolve, reject).finally(() => connections.delete(reject));
  });
}

function refused(): Promise<never> {
  return Promise.reject(new Error("connection refused"));
}

function never(): Promise<never> {
  return new Promise(() => {});
}
