import type { Clock } from "../base/clock.ts";
import type { ApiCall, Transport, WatchEvent } from "../client/call.ts";
import type { KubeObject } from "../machinery/object.ts";
import { StatusError } from "../machinery/status.ts";
import type { User } from "./auth/user.ts";
import type { Operation, Outcome, WatchStep } from "./operation.ts";
import type { Perform } from "./perform.ts";

/**
 * Carries calls to an API server of the same process: no socket and no JSON, but the same authorization, admission and
 * validation as for everybody else.
 */
export function inProcessTransport(
  perform: Perform,
  { clock, user, userAgent }: { readonly clock: Clock; readonly user: User; readonly userAgent: string },
): Transport {
  const toOperation = (call: ApiCall): Operation => ({
    ...call,
    typed: call.verb !== "patch",
    user,
    userAgent,
    receivedAtMs: clock.now(),
    warn: () => {},
  });
  return {
    async send(call) {
      call.signal.throwIfAborted();
      return answerOf(await perform(toOperation(call)));
    },
    async *watch(call) {
      const outcome = await perform(toOperation(call));
      if (outcome.type !== "watch") throw new Error(`a watch was answered by ${outcome.type}`);
      for await (const steps of outcome.steps) yield steps.map(eventOf);
    },
  };
}

function answerOf(outcome: Outcome): unknown {
  switch (outcome.type) {
    case "object":
      return outcome.object;
    case "status":
      return outcome.status;
    case "list":
      return {
        kind: outcome.kind.listKind,
        apiVersion: outcome.kind.apiVersion,
        metadata: outcome.metadata,
        items: outcome.entries.map((entry) => entry.value),
      };
    case "watch":
      throw new Error("a call was answered by a watch");
  }
}

function eventOf(step: WatchStep): WatchEvent<KubeObject> {
  switch (step.type) {
    case "ERROR":
      throw new StatusError(step.status);
    case "BOOKMARK":
      return { type: "BOOKMARK", object: { metadata: bookmarkOf(step) } };
    default:
      return { type: step.type, object: step.entry.value };
  }
}

/** A bookmark's metadata; the one that ends the initial events says so. */
function bookmarkOf(step: { readonly revision: number; readonly initialEventsEnd: boolean }) {
  return {
    resourceVersion: String(step.revision),
    ...(step.initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
  };
}
