import type { ServerHttp2Session } from "node:http2";

/** What must end before a server may close: streams are asked to, by their signals; the rest is waited for. */
export class Lifetimes {
  readonly #streams = new Set<AbortController>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closing = false;

  /** Whether no new work should be invited. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Has the signal aborted when the server closes; returns how to forget it again. */
  hold(controller: AbortController): () => void {
    if (this.#closing) controller.abort(new Error("the server is closing"));
    this.#streams.add(controller);
    return () => this.#streams.delete(controller);
  }

  /** Has an HTTP/2 connection told, when the server closes, to send no more requests. */
  holdSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
  }

  close(): void {
    this.#closing = true;
    for (const controller of this.#streams) controller.abort(new Error("the server is closing"));
    for (const session of this.#sessions) session.close();
  }
}
