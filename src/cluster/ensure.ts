import type { Kind } from "../api/kind.ts";
import type { Client, WriteOptions } from "../client/client.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";

/**
 * Creates an object where none of its name is there. Looks before it writes: a Service that is there holds its own address, so
 * that creating it again would be refused for that.
 */
export async function ensure<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: Draft<T>,
  options: WriteOptions,
): Promise<void> {
  const { name, namespace } = (object as Draft<KubeObject>).metadata!;
  const place = namespace === undefined ? {} : { namespace };
  try {
    await client.get(kind, { name: name!, ...place }, { signal: options.signal });
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
    await client.create(kind, object, options);
  }
}
