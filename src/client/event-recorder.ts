import { Event } from "../api/core/v1/event.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { Draft } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";
import { type Client, mergePatch } from "./client.ts";
import {
  type Correlated,
  EventCorrelation,
  type EventSort,
  type ToldEvent,
  type WrittenEvent,
} from "./event-correlation.ts";
import { eventAgain, eventDraft, eventNamespace, type Happening, type Teller } from "./event-draft.ts";
import type { EventRecorder, EventTarget } from "./recorder.ts";

export interface EventRecorderParts extends Teller {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

/** Events that wait to be written; more are dropped and counted. */
const LONGEST_QUEUE = 1000;
/** Events that are written at once. */
const WRITERS = 4;
/** Events come with writes that others wait for, such as a pod's status, and let them go first. */
const PATIENCE_MS = 20;

/** A series that goes on is written this often. */
const SERIES_EVERY_MS = 6 * 60_000;

interface Waiting extends Happening {
  readonly message: string;
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
  readonly #series = new Map<string, ToldEvent>();
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
      await delay(this.#parts.clock, PATIENCE_MS, { signal }).catch(() => {});
      for (let next = this.#queue.shift(); next !== undefined && !signal.aborted; next = this.#queue.shift()) {
        await this.#write(next, signal);
      }
      if (this.#dropped > 0) this.#parts.log.warn("events dropped", { count: this.#dropped });
      this.#dropped = 0;
    } finally {
      this.#writing -= 1;
    }
  }

  async #write(happened: Waiting, signal: AbortSignal): Promise<void> {
    const { actions, log } = this.#parts;
    const { object, fieldPath = "", type, reason } = happened;
    const source = `${object.kind}|${object.metadata.uid}|${object.metadata.name}|${fieldPath}`;
    const sort = { source, type, reason, message: happened.message };
    const told = actions === undefined ? this.#correlation.correlate(sort, happened.atMs) : this.#inSeries(sort);
    if (told === undefined) return;
    const { event, message } = told;
    try {
      if (event.written === undefined || !(await this.#countUp(event.written, happened, message, signal))) {
        await this.#create(event, happened, message, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (actions === undefined) event.written = undefined;
      // In a namespace that is going, nobody will read it.
      if (!isStatus(error, "NotFound", "Forbidden")) log.warn("event not written", { reason, error });
    }
  }

  /** In a series what is said may differ; the first words stay. */
  #inSeries({ source, type, reason, message }: EventSort): Correlated {
    const key = `${source}|${type}|${reason}`;
    let event = this.#series.get(key);
    if (event === undefined) this.#series.set(key, (event = { message, written: undefined }));
    if (this.#series.size > LONGEST_QUEUE * 4) this.#series.delete(this.#series.keys().next().value!);
    return { event, message };
  }

  async #countUp(known: WrittenEvent, event: Waiting, message: string, signal: AbortSignal): Promise<boolean> {
    known.count += 1;
    // That there is a series at all is told at once.
    const isEarly = known.count > 2 && event.atMs - known.toldAtMs < SERIES_EVERY_MS;
    if (this.#parts.actions !== undefined && isEarly) return true;
    known.toldAtMs = event.atMs;
    const patch = mergePatch(eventAgain(this.#parts, event, message, known.count));
    try {
      const place = { namespace: eventNamespace(event.object), name: known.name };
      await this.#parts.client.patch(Event, place, patch, { signal });
      return true;
    } catch (error) {
      if (isStatus(error, "NotFound")) return false;
      throw error;
    }
  }

  async #create(event: ToldEvent, happened: Waiting, message: string, signal: AbortSignal): Promise<void> {
    const { atMs } = happened;
    const unique = (BigInt(Math.floor(atMs)) * 1_000_000n + BigInt(this.#made++ % 1_000_000)).toString(16);
    const draft = eventDraft(this.#parts, happened, message, unique);
    const written = await this.#parts.client.create(Event, draft as Draft<Event>, { signal });
    event.written = { name: written.metadata.name, count: 1, toldAtMs: atMs };
  }
}
