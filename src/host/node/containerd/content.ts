import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { ServiceError } from "@grpc/grpc-js";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { Waits } from "../../../kubelet/ports/runtime.ts";
import { WRITE_ACTION } from "./containerd-messages.ts";
import type { CallOptions, GrpcChannel } from "./grpc.ts";
import { runtimeError } from "./grpc.ts";
import { containerdProcedures } from "./procedures.ts";

const CHUNK_BYTES = 1024 * 1024;

/** What is known of a blob before it is read; the digest is checked by containerd. */
export interface BlobFacts {
  readonly digest: string;
  readonly size: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Writes a blob into containerd's content store. One that is already there is not read. */
export async function writeBlob(
  channel: GrpcChannel,
  { digest, size, labels = {} }: BlobFacts,
  content: AsyncIterable<Uint8Array>,
  options: CallOptions,
): Promise<void> {
  const { path } = containerdProcedures.writeContent;
  const call = channel.bidirectional(containerdProcedures.writeContent, options);
  let failure: ServiceError | undefined;
  let finished = false;
  call.on("error", (error: ServiceError) => (failure = error));
  call.on("data", () => {});
  // The status comes last, after an error; a failed call may never close.
  const closed = new Promise<void>((resolve) =>
    call.once("status", () => {
      finished = true;
      resolve();
    }),
  );
  call.write({ action: WRITE_ACTION.stat, ref: `import-${randomUUID()}`, total: size, expected: digest });
  let offset = 0;
  for await (const chunk of inChunks(content)) {
    if (finished) continue;
    const fits = call.write({ action: WRITE_ACTION.write, offset, data: chunk });
    offset += chunk.length;
    if (!fits) await Promise.race([once(call, "drain").catch(() => {}), closed]);
  }
  if (!finished) {
    call.write({ action: WRITE_ACTION.commit, offset, total: offset, expected: digest, labels });
  }
  call.end();
  await closed;
  options.signal.throwIfAborted();
  if (failure === undefined) return;
  const error = runtimeError(path, failure);
  if (error.code !== "already-exists") throw error;
}

/** The size of a blob in bytes and its labels; undefined when it is not here. */
export async function blobFacts(
  channel: GrpcChannel,
  digest: string,
  options: CallOptions,
): Promise<{ readonly size: number; readonly labels: Readonly<Record<string, string>> } | undefined> {
  try {
    const { info } = await channel.call(containerdProcedures.contentInfo, { digest }, options);
    return info && { size: Number(info.size), labels: info.labels };
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** The bytes of a blob, `size` of them from `offset` on, as they come. */
export async function* readBlob(
  channel: GrpcChannel,
  digest: string,
  { offset, size }: { readonly offset: number; readonly size: number },
  options: CallOptions,
): AsyncGenerator<Uint8Array> {
  // To containerd a size of 0 means all that is left.
  if (size === 0) return;
  for await (const { data } of channel.serverStream(
    containerdProcedures.readContent,
    { digest, offset, size },
    options,
  )) {
    yield data;
  }
}

/** Runs `work` under a lease, so that what it writes is not collected before an image refers to it. */
export async function underLease<Result>(
  channel: GrpcChannel,
  { signal }: Waits,
  work: (options: CallOptions) => Promise<Result>,
): Promise<Result> {
  const id = `wherry-import-${randomUUID()}`;
  // Should this process die, containerd forgets the lease by itself.
  const expires = new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+Z$/, "Z");
  await channel.call(
    containerdProcedures.createLease,
    { id, labels: { "containerd.io/gc.expire": expires } },
    { signal },
  );
  try {
    return await work({ signal, lease: id });
  } finally {
    const unbounded = new AbortController().signal;
    await channel.call(containerdProcedures.deleteLease, { id }, { signal: unbounded }).catch((error: unknown) => {
      if (!(error instanceof RuntimeError)) throw error;
    });
  }
}

/** Messages of at most {@link CHUNK_BYTES}; small pieces are joined. */
async function* inChunks(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    pending.push(piece);
    bytes += piece.length;
    if (bytes < CHUNK_BYTES) continue;
    const joined = Buffer.concat(pending);
    for (let start = 0; start < joined.length; start += CHUNK_BYTES) {
      yield joined.subarray(start, start + CHUNK_BYTES);
    }
    pending = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(pending);
}
