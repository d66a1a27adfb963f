import { randomFillSync } from "node:crypto";
import type { Random } from "../../base/random.ts";

const POOL_BYTES = 8192;

/** Randomness fit for secrets. Bytes are drawn in pools, as a call to the system costs more than a thousand of them. */
export function secureRandom(): Random {
  const pool = Buffer.allocUnsafe(POOL_BYTES);
  let used = POOL_BYTES;
  const take = (count: number): number => {
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    used += count;
    return used - count;
  };
  const random: Random = {
    next() {
      const start = take(8);
      const high = pool.readUInt32LE(start) >>> 5;
      const low = pool.readUInt32LE(start + 4) >>> 6;
      return (high * 2 ** 26 + low) / 2 ** 53;
    },
    bytes(count) {
      const bytes = new Uint8Array(count);
      if (count > POOL_BYTES / 8) return randomFillSync(bytes);
      const start = take(count);
      bytes.set(pool.subarray(start, start + count));
      pool.fill(0, start, start + count);
      return bytes;
    },
    stream: () => random,
  };
  return random;
}
