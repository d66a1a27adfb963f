import { type Clock, delay } from "../../../base/clock.ts";
import type { Random } from "../../../base/random.ts";
import type { ApiCall, Transport } from "../../../client/call.ts";
import { conflictError, expired, failure } from "../../../machinery/status.ts";
import { type Faults, STALE_MS } from "./rates.ts";

export interface FaultyParts {
  readonly faults: Faults;
  readonly clock: Clock;
  readonly random: Random;
}

/** A way to the API server on which calls and watches fail as they do on a bad day. */
export function faultyTransport(transport: Transport, { faults, clock, random }: FaultyParts): Transport {
  const strikes = (rate: number) => rate > 0 && random.next() < rate;
  return {
    async send(call) {
      const { rates } = faults;
      if (strikes(rates.serverError)) throw failure(500, "InternalError", "Internal error occurred: injected fault");
      if (!isWrite(call)) return transport.send(call);
      if (call.verb !== "create" && strikes(rates.conflict)) throw conflict(call);
      if (!strikes(rates.lostAnswer)) return transport.send(call);
      await transport.send(call);
      throw new Error("the connection broke before the answer came");
    },
    async *watch(call) {
      for await (const batch of transport.watch(call)) {
        const { rates } = faults;
        if (strikes(rates.droppedWatch)) throw new Error("the watch's connection broke");
        if (strikes(rates.expiredWatch)) throw expired("The resourceVersion for the provided watch is too old.");
        if (strikes(rates.staleWatch)) {
          await delay(clock, STALE_MS * random.next(), { signal: call.signal }).catch(() => {});
        }
        yield batch;
      }
    },
  };
}

function isWrite({ verb }: ApiCall): boolean {
  return verb !== "get" && verb !== "list" && verb !== "watch";
}

function conflict({ kind, name = "" }: ApiCall): Error {
  const why = "the object has been modified; please apply your changes to the latest version and try again";
  return conflictError({ group: kind.group, name: kind.plural }, name, why);
}
