import { Event } from "../api/core/v1/event.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";
import { formatTime } from "../machinery/time.ts";
import { type Client, mergePatch } from "./client.ts";
import { EventCorrelation } from "./event-correlation.ts";
import type { EventRecorder, EventTarget } from "./recorder.ts";

export interface EventRecorderParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly tasks: TaskGroup;
  /** Who tells: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** The node, where the component belongs to one. */
  readonly host?: string;
}

/** Events that wait to be written; more are dropped and counted. */
const LONGEST_QUEUE = 1000;
/** Events that are written at once. */
const WRITERS = 4;

interface Waiting {
  readonly object: KubeObject;
  readonly fieldPath: string | undefined;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly atMs: number;
}

/** Writes Events in the background. */
export function createEventRecorder(parts: EventRecorderParts): EventRecorder {
  const recorder = new Recorder(parts);
  parts.tasks.signal.addEventListener("abort", () => recorder.close(), { once: true });
  return recorder;
}

class Recorder implements EventRecorder {
  readonly #parts: EventRecorderParts;
  readonly #correlation = new EventCorrelation();
  readonly #queue: Waiting[] = [];
  /** Where an event that may be counted up is, and how often it happened. */
  readonly #written = new Map<string, { readonly name: string; count: number }>();
  #writing = 0;
  #dropped = 0;
  #made = 0;
  #closed = false;

  constructor(parts: EventRecorderParts) {
    this.#parts = parts;
  }

  record(target: EventTarget, type: "Normal" | "Warning", reason: string, message: string): void {
    if (this.#closed) return;
    if (this.#queue.length >= LONGEST_QUEUE) {
      this.#dropped += 1;
      return;
    }
    const { object, fieldPath } = "object" in target ? target : { object: target, fieldPath: undefined };
    this.#queue.push({ object, fieldPath, type, reason, message, atMs: this.#parts.clock.now() });
    if (this.#writing < WRITERS) this.#parts.tasks.spawn((signal) => this.#drain(signal));
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  async #drain(signal: AbortSignal): Promise<void> {
    this.#writing += 1;
    try {
      for (let next = this.#queue.shift(); next !== undefined && !signal.aborted; next = this.#queue.shift()) {
        await this.#write(next, signal);
      }
      if (this.#dropped > 0) this.#parts.log.warn("events dropped", { count: this.#dropped });
      this.#dropped = 0;
    } finally {
      this.#writing -= 1;
    }
  }

  async #write(event: Waiting, signal: AbortSignal): Promise<void> {
    const { component, host = "", log } = this.#parts;
    const { object, fieldPath = "", type, reason } = event;
    const source = `${component}|${host}|${object.kind}|${object.metadata.uid}|${object.metadata.name}|${fieldPath}`;
    const correlated = this.#correlation.correlate({ source, type, reason, message: event.message }, event.atMs);
    if (correlated.type === "dropped") return;
    const { key, message } = correlated;
    try {
      const known = correlated.type === "again" ? this.#written.get(key) : undefined;
      if (known === undefined || !(await this.#countUp(known, event, message, signal))) {
        await this.#create(key, event, message, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#correlation.forget(key);
      // In a namespace that is going, nobody will read it.
      if (!isStatus(error, "NotFound", "Forbidden")) log.warn("event not written", { reason, error });
    }
  }

  async #countUp(
    known: { name: string; count: number },
    event: Waiting,
    message: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const namespace = namespaceOf(event.object);
    known.count += 1;
    const patch = mergePatch({ count: known.count, lastTimestamp: formatTime(event.atMs), message });
    try {
      await this.#parts.client.patch(Event, { namespace, name: known.name }, patch, { signal });
      return true;
    } catch (error) {
      if (isStatus(error, "NotFound")) return false;
      throw error;
    }
  }

  async #create(key: string, event: Waiting, message: string, signal: AbortSignal): Promise<void> {
    const { component, host } = this.#parts;
    const { object, fieldPath, type, reason, atMs } = event;
    const { name, namespace, uid, resourceVersion } = object.metadata;
    const at = formatTime(atMs);
    const unique = (BigInt(Math.floor(atMs)) * 1_000_000n + BigInt(this.#made++ % 1_000_000)).toString(16);
    const draft = {
      metadata: { name: `${name}.${unique}`, namespace: namespaceOf(object) },
      involvedObject: {
        kind: object.kind,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        uid,
        apiVersion: object.apiVersion,
        resourceVersion,
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      reason,
      message,
      source: { component, ...(host === undefined ? {} : { host }) },
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: host ?? "",
    };
    const written = await this.#parts.client.create(Event, draft as unknown as Draft<Event>, { signal });
    this.#written.set(key, { name: written.metadata.name, count: 1 });
    if (this.#written.size > LONGEST_QUEUE * 4) this.#written.delete(this.#written.keys().next().value!);
  }
}

/** Events of cluster-scoped objects stand in the namespace `default`. */
function namespaceOf({ metadata }: KubeObject): string {
  return metadata.namespace ?? "default";
}
