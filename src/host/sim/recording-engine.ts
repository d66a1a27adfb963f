import type { Clock } from "../../base/clock.ts";
import type { Engine, EngineBatch } from "../../store/engine.ts";

/** A store change as it became durable. */
export interface StoreEvent {
  readonly atMs: number;
  readonly type: "create" | "update" | "delete";
  readonly key: string;
  readonly revision: number;
  /** The request, such as `update status`; empty where nobody recorded it. */
  readonly verb: string;
  /** The loop, component or person that wrote it. */
  readonly actor: string;
}

/** An engine that tells of every change that it has made durable, in order, for as long as the world lasts. */
export function recordingEngine(engine: Engine, clock: Clock, tell: (event: StoreEvent) => void): Engine {
  return {
    ...engine,
    async commit(batch) {
      await engine.commit(batch);
      for (const event of eventsOf(batch, clock.now())) tell(event);
    },
  };
}

function* eventsOf({ changes, records }: EngineBatch, atMs: number): Iterable<StoreEvent> {
  const byRevision = new Map(records.map(({ record }) => [record.revision, record]));
  for (const { key, revision, replaces, bytes } of changes) {
    const record = byRevision.get(revision);
    const type = bytes === undefined ? "delete" : replaces === 0 ? "create" : "update";
    const actor = record?.cause?.actor ?? record?.user ?? "";
    yield { atMs, type, key, revision, verb: record?.verb ?? "", actor };
  }
}
