import type { MessageInfo } from "./packet.ts";

export interface CachedAnswer {
  readonly packet: Uint8Array;
  readonly info: MessageInfo;
  readonly storedMs: number;
  readonly lifetimeSeconds: number;
}

/** No answer is kept longer, whatever it says of itself: as Kubernetes' clusters have it. */
const LONGEST_SECONDS = 30;

const MOST_BYTES = 4 * 1024 * 1024;

/** What an entry costs beside its packet, roughly. */
const ENTRY_BYTES = 300;

/** Answers from elsewhere. When it is full, those that were not asked for the longest go first. */
export class AnswerCache {
  readonly #answers = new Map<string, CachedAnswer>();
  #bytes = 0;

  get(key: string, nowMs: number): CachedAnswer | undefined {
    const answer = this.#answers.get(key);
    if (answer === undefined) return undefined;
    this.#remove(key, answer);
    if (nowMs - answer.storedMs >= Math.min(answer.lifetimeSeconds, LONGEST_SECONDS) * 1000) return undefined;
    this.#add(key, answer);
    return answer;
  }

  put(key: string, answer: CachedAnswer): void {
    if (answer.lifetimeSeconds <= 0) return;
    const old = this.#answers.get(key);
    if (old !== undefined) this.#remove(key, old);
    this.#add(key, answer);
    for (const [oldest, entry] of this.#answers) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#remove(oldest, entry);
    }
  }

  #add(key: string, answer: CachedAnswer): void {
    this.#answers.set(key, answer);
    this.#bytes += answer.packet.length + ENTRY_BYTES;
  }

  #remove(key: string, answer: CachedAnswer): void {
    this.#answers.delete(key);
    this.#bytes -= answer.packet.length + ENTRY_BYTES;
  }
}
