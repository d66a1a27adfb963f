import type { Readable } from "node:stream";
import { BodyTooLarge } from "../../../apiserver/http.ts";

const NOTHING = new Uint8Array(0);

/**
 * Reads a body to its end.
 * @param declaredBytes the content-length, if there is one.
 * @throws {BodyTooLarge} as soon as more than `limit` bytes are declared or have come.
 */
export function readBody(source: Readable, limit: number, declaredBytes: number | undefined): Promise<Uint8Array> {
  if (declaredBytes === 0) return Promise.resolve(NOTHING);
  if (declaredBytes !== undefined && declaredBytes > limit) return Promise.reject(new BodyTooLarge(limit));
  // Only a source without any bytes ends before somebody reads it.
  if (source.readableEnded) return Promise.resolve(NOTHING);
  return new Promise((resolve, reject) => {
    if (source.destroyed) {
      reject(new Error("the client went away before its request was read"));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        stop();
        source.pause();
        reject(new BodyTooLarge(limit));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    };
    const onClose = () => {
      stop();
      reject(new Error("the client went away while its request was read"));
    };
    const stop = () => {
      source.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
    };
    source.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}
