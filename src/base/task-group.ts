/**
 * Owns background loops: no promise floats. When one task fails, the others are aborted and the failure is thrown by
 * `done`. Disposing the group aborts its tasks and waits for them.
 */
export class TaskGroup implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #parent: AbortSignal | undefined;
  readonly #onParentAbort = () => this.abort(this.#parent?.reason);
  #failure: { readonly error: unknown } | undefined;

  /** @param parent aborts the group when it is aborted. */
  constructor(parent?: AbortSignal) {
    this.#parent = parent;
    if (parent?.aborted === true) this.abort(parent.reason);
    else parent?.addEventListener("abort", this.#onParentAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts a task now. It should end soon after the group's signal is aborted. */
  spawn(task: (signal: AbortSignal) => Promise<void>): void {
    const running = task(this.signal).catch((error: unknown) => {
      if (this.signal.aborted) return;
      this.#failure ??= { error };
      this.abort(error);
    });
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** Resolves when all tasks have ended. @throws the first failure. */
  async done(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#parent?.removeEventListener("abort", this.#onParentAbort);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
    await this.done();
  }
}
