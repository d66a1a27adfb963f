import type { Kind } from "../api/kind.ts";
import type { KubeObject } from "../machinery/object.ts";
import { type Informer, type InformerParts, startInformer } from "./informer.ts";

/** The informers that the loops of one process share: one per kind, started when first asked for. */
export interface Cache {
  /** The informer of all objects of a kind, with the index `controller`. */
  informer<T extends KubeObject>(kind: Kind<T>): Informer<T>;
  /** For loops that read no more than the metadata of a kind: the same informer where somebody asked for it before, else one of metadata. */
  metadata(kind: Kind): Informer<KubeObject>;
  get<T extends KubeObject>(kind: Kind<T>, key: string): T | undefined;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  /** The objects whose controller is this owner. */
  ownedBy<T extends KubeObject>(kind: Kind<T>, owner: KubeObject): readonly T[];
  /** The objects in a namespace that no owner controls. */
  orphans<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined): readonly T[];
  /** The informer of a kind if some loop asked for it, or at least for its metadata. */
  started(kind: Kind): Informer<KubeObject> | undefined;
  /** Resolves when every informer started so far has its first list. */
  synced(): Promise<void>;
}

/** The index of every informer of a cache: by the uid of the controlling owner, or by the namespace of what has none. */
const CONTROLLER_INDEX = "controller";

export function createCache(parts: InformerParts): Cache {
  const informers = new Map<string, Informer<KubeObject>>();
  /** Of kinds of which nobody had asked for more. */
  const metadata = new Map<string, Informer<KubeObject>>();
  const cache: Cache = {
    informer<T extends KubeObject>(kind: Kind<T>): Informer<T> {
      const name = resourceOf(kind);
      const present = informers.get(name) as Informer<T> | undefined;
      if (present !== undefined) return present;
      const started = startInformer(kind, parts, { indexes: { [CONTROLLER_INDEX]: controllerUids } });
      informers.set(name, started as unknown as Informer<KubeObject>);
      return started;
    },
    metadata(kind) {
      const present = cache.started(kind);
      if (present !== undefined) return present;
      const started = startInformer(kind, parts, { keeps: "metadata" });
      metadata.set(resourceOf(kind), started);
      return started;
    },
    get: (kind, key) => cache.informer(kind).get(key),
    list: (kind, namespace) => cache.informer(kind).list(namespace),
    ownedBy: (kind, owner) => cache.informer(kind).by(CONTROLLER_INDEX, owner.metadata.uid),
    orphans: (kind, namespace = "") => cache.informer(kind).by(CONTROLLER_INDEX, orphansOf(namespace)),
    started: (kind) => informers.get(resourceOf(kind)) ?? metadata.get(resourceOf(kind)),
    async synced() {
      await Promise.all([...informers.values(), ...metadata.values()].map((informer) => informer.synced));
    },
  };
  return cache;
}

function resourceOf({ apiVersion, plural }: Kind): string {
  return `${apiVersion}/${plural}`;
}

function controllerUids(object: KubeObject): readonly string[] {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return [owner === undefined ? orphansOf(object.metadata.namespace ?? "") : owner.uid];
}

/** No uid looks like this. */
function orphansOf(namespace: string): string {
  return `orphans/${namespace}`;
}
