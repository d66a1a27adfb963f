import type { Clock, Timer } from "../base/clock.ts";
import { type Heartbeat, heartbeatMs, type NeighbourChange, Neighbours } from "./neighbours.ts";
import type { NeighbourWire } from "./ports.ts";

/** A node that is told, and listened to. */
export interface Neighbour {
  readonly name: string;
  readonly address: string;
}

export interface HeartbeatParts {
  readonly ownName: string;
  readonly clock: Clock;
  readonly wire: NeighbourWire;
  readonly onChange: (change: NeighbourChange) => void;
}

/** Tells neighbours that this node lives, and notices which of them do not. Without neighbours, nothing is sent. */
export class Heartbeats {
  readonly #parts: HeartbeatParts;
  readonly #known: Neighbours;
  #neighbours: readonly Neighbour[] = [];
  #names: ReadonlySet<string> = new Set();
  #timer: Timer | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#known = new Neighbours(parts.ownName);
    parts.wire.listen((message) => this.#hear(message));
  }

  /** With whom heartbeats are exchanged from now on. */
  setNeighbours(neighbours: readonly Neighbour[]): void {
    this.#neighbours = neighbours;
    this.#names = new Set(neighbours.map(({ name }) => name));
    if (this.#timer === undefined && neighbours.length > 0) this.#beat();
  }

  /** The names of neighbours that were heard before and are not heard any more. */
  silent(): ReadonlySet<string> {
    return new Set(this.#known.silent());
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#neighbours = [];
  }

  #beat(): void {
    this.#tell(this.#known.beats(this.#names));
    this.#timer = undefined;
    if (this.#neighbours.length === 0) return;
    const { ownName, clock, wire } = this.#parts;
    const heartbeat: Heartbeat = { node: ownName, silent: this.#known.silent() };
    const message = new TextEncoder().encode(JSON.stringify(heartbeat));
    for (const { address } of this.#neighbours) wire.send(address, message);
    this.#timer = clock.timer(heartbeatMs(this.#neighbours.length), () => this.#beat());
  }

  #hear(message: Uint8Array): void {
    const heartbeat = heartbeatIn(message);
    if (heartbeat !== undefined && this.#names.has(heartbeat.node)) this.#tell(this.#known.hears(heartbeat));
  }

  #tell(change: NeighbourChange): void {
    if (change.moved || change.isBelievedAgain) this.#parts.onChange(change);
  }
}

/** Anybody may send anything to a port. */
function heartbeatIn(message: Uint8Array): Heartbeat | undefined {
  try {
    const { node, silent } = JSON.parse(new TextDecoder().decode(message)) as Partial<Heartbeat>;
    return typeof node === "string" && Array.isArray(silent) ? { node, silent } : undefined;
  } catch {
    return undefined;
  }
}
