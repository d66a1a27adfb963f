import type { Clock } from "../../base/clock.ts";
import type { NeighbourWire } from "../../network/ports.ts";

/** A network between imagined nodes that tests can cut. */
export interface NeighbourWires {
  /** The end of the node with this address. */
  wireOf(address: string): NeighbourWire;
  /** What this node sends to the others, or to one of them, gets lost from now on. */
  cut(from: string, to?: string): void;
  mend(): void;
  /** How many messages have been sent. */
  readonly sent: number;
}

const TRAVELS_MS = 1;

export function createNeighbourWires(clock: Clock): NeighbourWires {
  const ears = new Map<string, (message: Uint8Array) => void>();
  const lost: { readonly from: string; readonly to: string | undefined }[] = [];
  let sent = 0;
  return {
    wireOf: (own) => ({
      send(address, message) {
        sent += 1;
        if (lost.some(({ from, to }) => from === own && (to === undefined || to === address))) return;
        clock.timer(TRAVELS_MS, () => ears.get(address)?.(message));
      },
      listen: (hear) => void ears.set(own, hear),
    }),
    cut: (from, to) => void lost.push({ from, to }),
    mend: () => void lost.splice(0),
    get sent() {
      return sent;
    },
  };
}
