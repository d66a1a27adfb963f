import type { Kind } from "../api/kind.ts";
import type { SeenChange } from "../base/cause.ts";
import { nameKey, storeKey } from "../client/informer.ts";
import type { KubeObject } from "../machinery/object.ts";

/** The last change of each waiting pod: what its scheduling answers to. */
export class SeenChanges {
  readonly #changes = new Map<string, SeenChange>();

  add<T extends KubeObject>(kind: Kind<T>, object: T): void {
    const change = {
      key: storeKey(kind as unknown as Kind, object),
      revision: Number(object.metadata.resourceVersion),
    };
    this.#changes.set(nameKey(object.metadata), change);
  }

  of(key: string): readonly SeenChange[] {
    const change = this.#changes.get(key);
    return change === undefined ? [] : [change];
  }

  forget(key: string): void {
    this.#changes.delete(key);
  }
}
