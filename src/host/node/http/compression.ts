import { promisify } from "node:util";
import { createGzip, gzip } from "node:zlib";
import type { Gzip } from "node:zlib";

/** Kubernetes leaves shorter answers alone: compressing them costs more than sending them. */
export const COMPRESS_BEYOND_BYTES = 128 * 1024;

/** Kubernetes compresses at the fastest level, as clients are near. */
const options = { level: 1 };

const gzipInThread: (bytes: Uint8Array, options: { level: number }) => Promise<Buffer> = promisify(gzip);

export function compress(bytes: Uint8Array): Promise<Buffer> {
  return gzipInThread(bytes, options);
}

export function compressor(): Gzip {
  return createGzip(options);
}

/** Whether an `accept-encoding` header names gzip and does not forbid it. */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  if (header === "gzip") return true;
  return header.split(",").some((part) => {
    const [name, quality] = part.split(";");
    return name!.trim() === "gzip" && !/^\s*q=0(\.0*)?\s*$/.test(quality ?? "");
  });
}
