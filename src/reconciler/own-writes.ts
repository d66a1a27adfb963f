import type { Kind } from "../api/kind.ts";
import type { Cause } from "../base/cause.ts";
import type { ApiCall, Transport } from "../client/call.ts";
import type { Cache } from "../client/cache.ts";

/** How new each kind's cache must be before a key is looked at again. */
export type OwnWrites = Map<Kind, number>;

/** A transport that gives every write its cause and notes the revision that came of it. */
export function trackingTransport(transport: Transport, cause: () => Cause, writes: OwnWrites): Transport {
  return {
    async send(call) {
      if (call.verb === "get" || call.verb === "list") return transport.send(call);
      const answer = await transport.send({ ...call, cause: call.cause ?? cause() });
      note(call, answer, writes);
      return answer;
    },
    watch: (call) => transport.watch(call),
  };
}

/** Resolves once the caches show these writes. Kinds that nobody caches are not waited for. */
export async function seen(writes: OwnWrites, cache: Cache): Promise<void> {
  for (const [kind, revision] of writes) await cache.started(kind)?.reached(revision);
}

export function allSeen(writes: OwnWrites, cache: Cache): boolean {
  for (const [kind, revision] of writes) {
    const informer = cache.started(kind);
    if (informer !== undefined && informer.revision < revision) return false;
  }
  return true;
}

function note(call: ApiCall, answer: unknown, writes: OwnWrites): void {
  const { kind, metadata } = (answer ?? {}) as { kind?: string; metadata?: { resourceVersion?: string } };
  const revision = Number(metadata?.resourceVersion ?? 0);
  // A Status names no revision: that deletion is seen when it is seen, as any other's.
  if (kind !== call.kind.kind || revision === 0) return;
  if ((writes.get(call.kind) ?? 0) < revision) writes.set(call.kind, revision);
}
