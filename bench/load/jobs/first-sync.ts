import { type Door, listRevision, openConnection, openWatch, requestBytes } from "../connection.ts";
import type { Result } from "../jobs.ts";
import { resultOf } from "../latencies.ts";

/** How client-go's informers begin. One operation is one informer that has everything. */
export interface FirstSyncJob {
  readonly type: "first-sync";
  /** A list and then a watch, or one watch that begins with everything. */
  readonly by: "list-watch" | "watch-list";
  readonly target: string;
  readonly count: number;
}

const END = Buffer.from("k8s.io/initial-events-end");

export async function firstSync({ by, target, count }: FirstSyncJob, door: Door, begin: () => void): Promise<Result> {
  const latencies: number[] = [];
  begin();
  const start = performance.now();
  for (let number = 0; number < count; number++) {
    const asked = performance.now();
    await (by === "list-watch" ? listAndWatch(target, door) : watchList(target, door));
    latencies.push(performance.now() - asked);
  }
  return resultOf(latencies, start);
}

/** The list as a reflector asks for it, and the watch until its head has come. */
async function listAndWatch(target: string, door: Door): Promise<void> {
  const connection = await openConnection(door);
  const status = await connection.ask(requestBytes("GET", `${target}?limit=500&resourceVersion=0`));
  if (status >= 400) throw new Error(`answered ${status} to a list`);
  connection.close();
  const revision = listRevision(connection);
  const query = `watch=true&resourceVersion=${revision}&allowWatchBookmarks=true&timeoutSeconds=400`;
  const watch = await openWatch(door, `${target}?${query}`, () => {});
  watch.close();
}

async function watchList(target: string, door: Door): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  let tail = Buffer.alloc(0);
  const watch = await openWatch(door, `${target}?${query}`, (bytes) => {
    const joined = Buffer.concat([tail, bytes]);
    if (joined.includes(END)) ended.resolve();
    tail = joined.subarray(-END.length);
  });
  await Promise.race([ended.promise, watch.ended]);
  watch.close();
}
