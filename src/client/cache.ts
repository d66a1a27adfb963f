import type { Kind } from "../api/kind.ts";
import type { KubeObject } from "../machinery/object.ts";
import { type Informer, type InformerParts, type Scope, startInformer } from "./informer.ts";

/** The informers that the loops of one process share: one per kind and scope, started when first asked for. */
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
  /** The same cache for somebody who knows only a part of these kinds. */
  within(scopes: readonly Scoped[]): Cache;
}

/** A kind of which only a part is known. */
export interface Scoped {
  readonly kind: Kind;
  readonly scope: Scope;
}

/** The index of every informer of a cache: by the uid of the controlling owner, or by the namespace of what has none. */
const CONTROLLER_INDEX = "controller";

export function createCache(parts: InformerParts): Cache {
  return viewOf({ parts, informers: new Map(), metadata: new Map() }, []);
}

/** What all views of a cache share. */
interface Pool {
  readonly parts: InformerParts;
  /** By kind and scope. */
  readonly informers: Map<string, Informer<KubeObject>>;
  /** By kind: of those of which nobody had asked for more. */
  readonly metadata: Map<string, Informer<KubeObject>>;
}

function viewOf(pool: Pool, scopes: readonly Scoped[]): Cache {
  const { parts, informers, metadata } = pool;
  const scopeOf = (kind: Named) => scopes.find((scoped) => nameOf(scoped.kind) === nameOf(kind))?.scope;
  // Loops ask for every object that they look at: a kind's name and scope are worked out once.
  const found = new WeakMap<object, Informer<KubeObject>>();
  const find = (kind: Kind): Informer<KubeObject> => {
    const scope = scopeOf(kind);
    const name = nameOf(kind, scope);
    const present = informers.get(name);
    if (present !== undefined) return present;
    const started = startInformer(kind, parts, { ...scope, indexes: { [CONTROLLER_INDEX]: controllerUids } });
    informers.set(name, started);
    return started;
  };
  const cache: Cache = {
    informer<T extends KubeObject>(kind: Kind<T>): Informer<T> {
      let informer = found.get(kind);
      if (informer === undefined) found.set(kind, (informer = find(kind as unknown as Kind)));
      return informer as unknown as Informer<T>;
    },
    metadata(kind) {
      const present = cache.started(kind);
      if (present !== undefined) return present;
      const started = startInformer(kind, parts, { keeps: "metadata" });
      metadata.set(nameOf(kind), started);
      return started;
    },
    get: (kind, key) => cache.informer(kind).get(key),
    list: (kind, namespace) => cache.informer(kind).list(namespace),
    ownedBy: (kind, owner) => cache.informer(kind).by(CONTROLLER_INDEX, owner.metadata.uid),
    orphans: (kind, namespace = "") => cache.informer(kind).by(CONTROLLER_INDEX, orphansOf(namespace)),
    started: (kind) => informers.get(nameOf(kind, scopeOf(kind))) ?? metadata.get(nameOf(kind)),
    async synced() {
      await Promise.all([...informers.values(), ...metadata.values()].map((informer) => informer.synced));
    },
    within: (narrower) => viewOf(pool, narrower),
  };
  return cache;
}

type Named = Pick<Kind, "apiVersion" | "plural">;

function nameOf({ apiVersion, plural }: Named, scope: Scope = {}): string {
  return `${apiVersion}/${plural} ${JSON.stringify(scope)}`;
}

function controllerUids(object: KubeObject): readonly string[] {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return [owner === undefined ? orphansOf(object.metadata.namespace ?? "") : owner.uid];
}

/** No uid looks like this. */
function orphansOf(namespace: string): string {
  return `orphans/${namespace}`;
}
