import type { Namespace, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { Informer, ObjectChange } from "../client/informer.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { DomainConfig } from "./answer.ts";
import { NameIndex } from "./directory.ts";
import { createForwarder, type Upstreams } from "./forwarder.ts";
import { handleMessage, type MessageCodec } from "./handle.ts";

export interface DnsParts {
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly namespaces: Informer<Namespace>;
  readonly config: DomainConfig;
  readonly upstreams: Upstreams;
  readonly codec: MessageCodec;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

export interface Dns {
  /** Resolves when all names are known; before that, unknown ones are answered by SERVFAIL. */
  readonly ready: Promise<void>;
  /** The response to a message; undefined where it deserves none. */
  handle(packet: Uint8Array, protocol: "udp" | "tcp"): Promise<Uint8Array | undefined>;
}

/** Answers DNS messages from what the informers see: a change is in the next answer. */
export function startDns(parts: DnsParts): Dns {
  const { services, slices, namespaces, clock, tasks } = parts;
  const directory = new NameIndex();
  const follow = <T extends KubeObject>(informer: Informer<T>, put: (object: T) => void, remove: (object: T) => void) =>
    informer.subscribe(({ type, object }: ObjectChange<T>) => {
      (type === "deleted" ? remove : put)(object);
      directory.serial = Math.floor(clock.now() / 1000);
    });
  const unsubscribe = [
    follow(
      namespaces,
      (object) => directory.putNamespace(object),
      (object) => directory.removeNamespace(object),
    ),
    follow(
      services,
      (object) => directory.putService(object),
      (object) => directory.removeService(object),
    ),
    follow(
      slices,
      (object) => directory.putSlice(object),
      (object) => directory.removeSlice(object),
    ),
  ];
  tasks.signal.addEventListener("abort", () => unsubscribe.forEach((end) => end()), { once: true });
  const ready = Promise.all([services.synced, slices.synced, namespaces.synced]).then(() => {
    directory.complete = true;
  });
  const handler = { ...parts, directory, forwarder: createForwarder(parts) };
  return { ready, handle: (packet, protocol) => handleMessage(packet, protocol, handler) };
}
