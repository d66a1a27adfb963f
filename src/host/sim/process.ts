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
  /** A service on the same machine, as this process calls it. */
  reach<T extends object>(service: T): T;
  /** The transport that this process serves, as others use it. */
  serve(transport: Transport): Transport;
  kill(): void;
}

export function simulatedProcess(clock: Clock): SimulatedProcess {
  const connections = new Set<(error: Error) => void>();
  let alive = true;
  const isAlive = () => alive;
  const untilBroken = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      if (!alive) {
        reject(new Error("connection refused"));
        return;
      }
      connections.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => connections.delete(reject));
    });
  return {
    clock: mortalClock(clock, isAlive),
    get alive() {
      return alive;
    },
    reach: (service) => mortalCaller(service, isAlive),
    over: (transport) => mortalTransport(transport, isAlive),
    serve: (transport) => ({
      send: (call) => untilBroken(() => transport.send(call)),
      async *watch(call) {
        const iterator = transport.watch(call)[Symbol.asyncIterator]();
        try {
          while (true) {
            const next = await untilBroken(() => iterator.next());
            if (next.done === true) return;
            yield next.value;
          }
        } finally {
          // A dead process ends nothing any more: nobody waits for it.
          if (alive) void iterator.return?.();
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
      yield* whileAlive(transport.watch(call), isAlive);
    },
  };
}

/** Every method as it is, but that what it promises or yields reaches nobody after the caller's death. */
function mortalCaller<T extends object>(service: T, isAlive: () => boolean): T {
  return new Proxy(service, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const result: unknown = isAlive() ? Reflect.apply(member, target, given) : never();
        if (result instanceof Promise) return result.finally(() => (isAlive() ? undefined : never()));
        return isIterable(result) ? whileAlive(result, isAlive) : result;
      };
    },
  });
}

async function* whileAlive<T>(items: AsyncIterable<T>, isAlive: () => boolean): AsyncIterable<T> {
  for await (const item of items) {
    if (!isAlive()) return;
    yield item;
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function never(): Promise<never> {
  return new Promise(() => {});
}
