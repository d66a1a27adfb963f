import type { Kind } from "../api/kind.ts";
import type { CallOptions, List, Transport, WatchEvent } from "../client/call.ts";
import {
  type Client,
  createClient,
  type InNamespace,
  type ObjectName,
  type Patch,
  type Waits,
  type WriteOptions,
} from "../client/client.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import type { Status } from "../machinery/status.ts";

type Options<O extends Waits> = Omit<O, "signal"> & Partial<Waits>;

/** A Client for tests: its calls end with the world where they name no signal of their own. */
export interface WorldClient extends Client {
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: Options<Waits & CallOptions>): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, options?: Options<Waits & InNamespace & CallOptions>): Promise<List<T>>;
  watch<T extends KubeObject>(
    kind: Kind<T>,
    options?: Options<Waits & InNamespace & CallOptions>,
  ): AsyncIterable<readonly WatchEvent<T>[]>;
  create<T extends KubeObject>(kind: Kind<T>, object: Draft<T>, options?: Options<WriteOptions>): Promise<T>;
  update<T extends KubeObject>(kind: Kind<T>, object: Draft<T>, options?: Options<WriteOptions>): Promise<T>;
  patch<T extends KubeObject>(
    kind: Kind<T>,
    name: ObjectName,
    patch: Patch,
    options?: Options<WriteOptions>,
  ): Promise<T>;
  delete<T extends KubeObject>(
    kind: Kind<T>,
    name: ObjectName,
    options?: Options<WriteOptions> & { readonly uid?: string },
  ): Promise<T | Status>;
  deleteCollection(kind: Kind, options?: Options<WriteOptions & InNamespace>): Promise<void>;
}

/** @param signal what calls end with that name none. */
export function worldClient(transport: Transport, signal: AbortSignal): WorldClient {
  const client = createClient(transport);
  const waits = { signal };
  return {
    ...client,
    get: (kind, name, options) => client.get(kind, name, { ...waits, ...options }),
    list: (kind, options) => client.list(kind, { ...waits, ...options }),
    watch: (kind, options) => client.watch(kind, { ...waits, ...options }),
    create: (kind, object, options) => client.create(kind, object, { ...waits, ...options }),
    update: (kind, object, options) => client.update(kind, object, { ...waits, ...options }),
    patch: (kind, name, patch, options) => client.patch(kind, name, patch, { ...waits, ...options }),
    delete: (kind, name, options) => client.delete(kind, name, { ...waits, ...options }),
    deleteCollection: (kind, options) => client.deleteCollection(kind, { ...waits, ...options }),
  };
}
