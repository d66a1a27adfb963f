import type { Kind } from "../../api/kind.ts";
import { type Client, createClient } from "../../client/client.ts";
import type { ApiCall, Transport, WatchEvent } from "../../client/call.ts";
import type { KubeObject } from "../../machinery/object.ts";

/** Objects that tests put and remove by hand, to be listed and watched by components that only read. */
export interface ObjectFeed {
  readonly client: Client;
  put(...objects: readonly KubeObject[]): void;
  remove(...objects: readonly KubeObject[]): void;
}

export function createObjectFeed(): ObjectFeed {
  const objects = new Map<string, KubeObject>();
  const watchers = new Set<(event: WatchEvent) => void>();
  let revision = 1;
  const keyOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  const tell = (event: WatchEvent) => {
    for (const watcher of watchers) watcher(event);
  };
  const isSeen = ({ kind }: ApiCall, object: KubeObject) =>
    kind.kind === object.kind && kind.apiVersion === object.apiVersion;
  const stamped = (object: KubeObject): KubeObject => {
    revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  };
  const transport: Transport = {
    async send(call) {
      if (call.verb !== "list") throw new Error(`an object feed does not ${call.verb}`);
      const items = [...objects.values()].filter((object) => isSeen(call, object));
      return { ...listHeader(call.kind), metadata: { resourceVersion: String(revision) }, items };
    },
    async *watch(call) {
      let waiting: WatchEvent[] = [...objects.values()]
        .filter((object) => isSeen(call, object))
        .filter((object) => Number(object.metadata.resourceVersion) > Number(call.options.resourceVersion ?? 0))
        .map((object) => ({ type: "MODIFIED", object }));
      let wake = () => {};
      const watcher = (event: WatchEvent) => {
        if (event.type === "BOOKMARK" || !isSeen(call, event.object)) return;
        waiting.push(event);
        wake();
      };
      watchers.add(watcher);
      call.signal.addEventListener("abort", () => wake(), { once: true });
      try {
        while (!call.signal.aborted) {
          if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          const batch = waiting;
          waiting = [];
          if (batch.length > 0) yield batch;
        }
      } finally {
        watchers.delete(watcher);
      }
    },
  };
  return {
    client: createClient(transport),
    put(...given) {
      for (const object of given.map(stamped)) {
        const type = objects.has(keyOf(object)) ? "MODIFIED" : "ADDED";
        objects.set(keyOf(object), object);
        tell({ type, object });
      }
    },
    remove(...given) {
      for (const object of given.map(stamped)) if (objects.delete(keyOf(object))) tell({ type: "DELETED", object });
    },
  };
}

function listHeader(kind: Kind) {
  return { kind: kind.listKind, apiVersion: kind.apiVersion };
}
