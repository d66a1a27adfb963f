import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { integerBelow, type Random } from "../base/random.ts";
import { AnswerCache, type CachedAnswer } from "./answer-cache.ts";
import { buildQuery, lifetimeSeconds, MalformedMessage, type MessageInfo, readMessage } from "./packet.ts";

/** The servers that answer what the cluster does not know. */
export interface Upstreams {
  /** In the order of preference, `address` or `address port`; read anew with each question. */
  servers(): readonly string[];
  /** Sends one query to one server and gives the first response with its id. */
  exchange(
    server: string,
    packet: Uint8Array,
    options: { readonly protocol: "udp" | "tcp"; readonly signal: AbortSignal },
  ): Promise<Uint8Array>;
}

export interface ForwardedQuestion {
  /** The bytes of name, type and class as the client sent them. */
  readonly question: Uint8Array;
  /** The same question has the same text, however it is spelled. */
  readonly key: string;
  readonly checkingDisabled: boolean;
  readonly dnssecOk: boolean;
}

export interface Forwarder {
  /** Undefined where no server answers, or too many questions wait already. */
  ask(question: ForwardedQuestion): Promise<ForwardedAnswer | undefined>;
}

export interface ForwardedAnswer {
  readonly packet: Uint8Array;
  readonly info: MessageInfo;
  /** How long it has been kept. */
  readonly ageSeconds: number;
}

export interface ForwarderParts {
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** One server gets this long; then the next one is asked, and then all of them once more. */
const ATTEMPT_MS = 2_000;
const ROUNDS = 2;

/** A server that is silent to the simplest question, too, is left out for so long; then one question tries it. */
const LEFT_OUT_MS = 5_000;
const PROBE_MS = 1_000;

/** Questions that wait for servers; clients ask again by themselves. */
const MOST_WAITING = 1_000;

const SERVFAIL = 2;
const REFUSED = 5;

/**
 * Asks the servers upstream, in their order, and remembers answers for a while. The same question waits once, whoever asks
 * it: a server upstream that sends our questions back to us therefore makes no storm, it only gets no answer.
 */
export function createForwarder({ upstreams, clock, random, log }: ForwarderParts): Forwarder {
  const cache = new AnswerCache();
  const waiting = new Map<string, Promise<CachedAnswer | undefined>>();
  const servers = new ServerHealth();

  const exchange = async (
    server: string,
    question: ForwardedQuestion,
    protocol: "udp" | "tcp",
    limitMs: number,
  ): Promise<CachedAnswer> => {
    const id = integerBelow(random, 0x1_0000);
    using limit = abortAfter(clock, limitMs);
    const query = buildQuery(id, question.question, question);
    const packet = await upstreams.exchange(server, query, { protocol, signal: limit.signal });
    const info = readMessage(packet);
    if (info.id !== id || !info.isResponse) throw new MalformedMessage("not the response to the query");
    servers.heard(server, clock.now());
    return { packet, info, storedMs: clock.now(), lifetimeSeconds: lifetimeSeconds(packet, info) };
  };

  /** Undefined where the server gives no answer. */
  const askServer = async (server: string, question: ForwardedQuestion): Promise<CachedAnswer | undefined> => {
    const startedMs = clock.now();
    // One question at a time tries a server that was silent.
    if (servers.isSilent(server)) servers.leaveOut(server, startedMs + LEFT_OUT_MS);
    try {
      const answer = await exchange(server, question, "udp", ATTEMPT_MS);
      return answer.info.truncated ? await exchange(server, question, "tcp", ATTEMPT_MS) : answer;
    } catch (error) {
      // A name may be slow because its own servers are: that says nothing of this one.
      if (servers.lastHeardMs(server) < startedMs) await probe(server, error);
      return undefined;
    }
  };

  const probe = async (server: string, cause: unknown): Promise<void> => {
    const wasSilent = servers.isSilent(server);
    try {
      await exchange(server, ROOT, "udp", PROBE_MS);
    } catch {
      if (!wasSilent) log.warn("a DNS server upstream does not answer", { server, error: cause });
      servers.leaveOut(server, clock.now() + LEFT_OUT_MS);
    }
  };

  const askAll = async (question: ForwardedQuestion): Promise<CachedAnswer | undefined> => {
    let refused: CachedAnswer | undefined;
    for (let round = 0; round < ROUNDS && refused === undefined; round++) {
      for (const server of upstreams.servers()) {
        if (servers.isLeftOut(server, clock.now())) continue;
        const answer = await askServer(server, question);
        if (answer === undefined) continue;
        if (answer.info.code !== SERVFAIL && answer.info.code !== REFUSED) {
          cache.put(question.key, answer);
          return answer;
        }
        refused ??= answer;
      }
    }
    return refused;
  };

  return {
    async ask(question) {
      const kept = cache.get(question.key, clock.now());
      if (kept !== undefined) return aged(kept, clock.now());
      let asking = waiting.get(question.key);
      if (asking === undefined) {
        if (waiting.size >= MOST_WAITING) return undefined;
        asking = askAll(question).finally(() => waiting.delete(question.key));
        waiting.set(question.key, asking);
      }
      const answer = await asking;
      return answer && aged(answer, clock.now());
    },
  };
}

/** `. IN NS`, which every server knows. */
const ROOT: ForwardedQuestion = {
  question: new Uint8Array([0, 0, 2, 0, 1]),
  key: ". NS",
  checkingDisabled: false,
  dnssecOk: false,
};

/** What is known of the servers: when one was heard last, and until when one that is silent is left out. */
class ServerHealth {
  readonly #heardMs = new Map<string, number>();
  readonly #leftOutUntilMs = new Map<string, number>();

  heard(server: string, nowMs: number): void {
    this.#heardMs.set(server, nowMs);
    this.#leftOutUntilMs.delete(server);
  }

  lastHeardMs(server: string): number {
    return this.#heardMs.get(server) ?? 0;
  }

  isSilent(server: string): boolean {
    return this.#leftOutUntilMs.has(server);
  }

  isLeftOut(server: string, nowMs: number): boolean {
    return (this.#leftOutUntilMs.get(server) ?? 0) > nowMs;
  }

  leaveOut(server: string, untilMs: number): void {
    this.#leftOutUntilMs.set(server, untilMs);
  }
}

function aged({ packet, info, storedMs }: CachedAnswer, nowMs: number): ForwardedAnswer {
  return { packet, info, ageSeconds: Math.floor((nowMs - storedMs) / 1000) };
}

function abortAfter(clock: Clock, delayMs: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const timer = clock.timer(delayMs, () => controller.abort(new Error(`no answer within ${delayMs} ms`)));
  return { signal: controller.signal, [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
