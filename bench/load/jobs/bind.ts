import { type Door, listRevision, openConnection, openReflector, requestBytes } from "../connection.ts";
import type { Result } from "../jobs.ts";
import { resultOf } from "../latencies.ts";
import { podDraft, PODS } from "../objects.ts";

/** Creates pods and watches until each has a node. One operation is one pod; its latency is from its creation to its node. */
export interface BindJob {
  readonly type: "bind";
  readonly pods: number;
  readonly connections: number;
  readonly prefix: string;
}

interface Event {
  readonly object: { readonly metadata: { readonly name: string }; readonly spec?: { readonly nodeName?: string } };
}

export async function bindAll({ pods, connections, prefix }: BindJob, door: Door, begin: () => void): Promise<Result> {
  const writers = await Promise.all(Array.from({ length: connections }, () => openConnection(door)));
  const createdAtMs = new Map<string, number>();
  const latencies: number[] = [];
  const all = Promise.withResolvers<void>();
  const isBound = (line: string) => {
    const { metadata, spec } = (JSON.parse(line) as Event).object;
    const created = createdAtMs.get(metadata.name);
    if (created === undefined || (spec?.nodeName ?? "") === "") return;
    createdAtMs.delete(metadata.name);
    latencies.push(performance.now() - created);
    if (latencies.length === pods) all.resolve();
  };
  await writers[0]!.ask(requestBytes("GET", `${PODS}?limit=1`));
  const from = listRevision(writers[0]!);
  const watch = await openReflector(door, `${PODS}?watch=true`, from, (lines) => lines.forEach(isBound));
  let next = 0;
  begin();
  const start = performance.now();
  await Promise.all(
    writers.map(async (writer) => {
      while (next < pods) {
        const name = `${prefix}${next++}`;
        createdAtMs.set(name, performance.now());
        const status = await writer.ask(requestBytes("POST", PODS, podDraft(name, "default-scheduler")));
        if (status >= 400) throw new Error(`answered ${status} to a new pod`);
      }
    }),
  );
  await Promise.race([all.promise, watch.ended]);
  const result = resultOf(latencies, start);
  watch.close();
  for (const writer of writers) writer.close();
  return result;
}
