import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { BenchError } from "../errors.ts";
import type { Door } from "../load/connection.ts";

/** The API as a scenario uses it between what is measured: one call after another, answers parsed. */
export interface Api extends Disposable {
  /** @throws {BenchError} for an answer that is a refusal */
  ask<T>(method: string, target: string, body?: unknown): Promise<T>;
  /** Asks again and again until the answer is as wanted. @returns that answer */
  until<T>(target: string, wanted: (answer: T) => boolean, options?: UntilOptions): Promise<T>;
}

export interface UntilOptions {
  readonly everyMs?: number;
  readonly patienceMs?: number;
}

export function openApi(door: Door, signal: AbortSignal, check: () => void): Api {
  const agent = new Agent({ keepAlive: true, cert: door.certificate, key: door.key, rejectUnauthorized: false });
  const api: Api = {
    async ask<T>(method: string, target: string, body?: unknown): Promise<T> {
      const { status, text } = await send(agent, door.port, signal, method, target, body);
      if (status >= 400) throw new BenchError(`${method} ${target} was answered with ${status}: ${text.slice(0, 300)}`);
      return (text.startsWith("{") ? JSON.parse(text) : text) as T;
    },
    async until<T>(target: string, wanted: (answer: T) => boolean, { everyMs = 100, patienceMs = 600_000 } = {}) {
      const until = performance.now() + patienceMs;
      for (;;) {
        check();
        const answer = await api.ask<T>("GET", target).catch((error: unknown) => {
          if (performance.now() > until || signal.aborted) throw error;
          return undefined;
        });
        if (answer !== undefined && wanted(answer)) return answer;
        if (performance.now() > until) throw new BenchError(`${target} did not become what was waited for`);
        await sleep(everyMs, undefined, { signal });
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
  return api;
}

function send(
  agent: Agent,
  port: number,
  signal: AbortSignal,
  method: string,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: "127.0.0.1", port, method, path, headers, signal }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => (text += piece));
      answer.on("end", () => resolve({ status: answer.statusCode!, text }));
      answer.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
