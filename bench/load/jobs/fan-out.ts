import { type Door, listRevision, openConnection, openReflector, requestBytes, type Watch } from "../connection.ts";
import type { Result } from "../jobs.ts";
import { resultOf } from "../latencies.ts";
import { CONFIG_MAPS, configMapDraft } from "../objects.ts";

/** Many watch how a few objects change again and again. One operation is one delivery of one event. */
export interface FanOutJob {
  readonly type: "fan-out";
  readonly watchers: number;
  readonly events: number;
  /** Names the objects that change. */
  readonly group: string;
}

/** How many objects change at once under the eyes of all watchers. */
const CHANGING = 16;
/** A thousand handshakes at once are another measurement. */
const OPENED_AT_ONCE = 20;

/** The latencies are those of the writes. */
export async function fanOut({ watchers, events, group }: FanOutJob, door: Door, begin: () => void): Promise<Result> {
  const writers = await Promise.all(Array.from({ length: CHANGING }, () => openConnection(door)));
  await Promise.all(
    writers.map((writer, index) =>
      writer.ask(requestBytes("POST", CONFIG_MAPS, configMapDraft(`${group}-${index}`, group))),
    ),
  );
  const target = `${CONFIG_MAPS}?labelSelector=group%3D${group}`;
  await writers[0]!.ask(requestBytes("GET", target));
  const from = listRevision(writers[0]!);
  const wanted = watchers * events;
  let delivered = 0;
  const all = Promise.withResolvers<void>();
  const count = (lines: readonly string[]) => {
    delivered += lines.length;
    if (delivered >= wanted) all.resolve();
  };
  const open: Watch[] = [];
  while (open.length < watchers) {
    const more = Array.from({ length: Math.min(OPENED_AT_ONCE, watchers - open.length) }, () =>
      openReflector(door, `${target}&watch=true`, from, count),
    );
    open.push(...(await Promise.all(more)));
  }
  const latencies: number[] = [];
  let next = 0;
  begin();
  const start = performance.now();
  await Promise.all(
    writers.map(async (writer, index) => {
      while (next < events) {
        const asked = performance.now();
        const change = { data: { n: String(next++) } };
        const target = `${CONFIG_MAPS}/${group}-${index}`;
        const status = await writer.ask(requestBytes("PATCH", target, change, "application/merge-patch+json"));
        if (status >= 400) throw new Error(`answered ${status} to a patch`);
        latencies.push(performance.now() - asked);
      }
    }),
  );
  await Promise.race([all.promise, ...open.map(({ ended }) => ended)]);
  const result = resultOf(latencies, start, wanted);
  for (const watch of open) watch.close();
  for (const writer of writers) writer.close();
  return result;
}
