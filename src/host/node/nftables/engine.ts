import type { Clock, Timer } from "../../../base/clock.ts";
import type { IpFamily } from "../../../base/ip.ts";
import type { Transaction } from "../../../proxy/diff.ts";
import type { RuleEngine } from "../../../proxy/ports.ts";
import { renderChainRemoval, renderRemoval, renderTransaction } from "../../../proxy/render.ts";
import type { RuleSet } from "../../../proxy/rules.ts";
import { listedTable, rememberedClients, sameContent } from "./listing.ts";
import { runTool, ToolError } from "./nft.ts";
import { nameOf, tableOf } from "../../../proxy/render-words.ts";

export interface NftablesOptions {
  readonly clock: Clock;
  /** How nft is called: its path, or a command that runs it in another network namespace. */
  readonly nft: readonly string[];
}

/** Before Linux 6.2 a chain counts as in use for a moment after the last map element that names it is gone. */
const REMOVE_CHAINS_AFTER_MS = 2_000;

/** How often the removal of emptied chains is tried; a replacement of the table takes them away, too. */
const REMOVE_CHAINS_ATTEMPTS = 5;

/** A rule engine over `nft -f -`: one process and one kernel transaction for each of ours. */
export function createNftablesEngine(options: NftablesOptions): RuleEngine & Disposable {
  return new NftablesEngine(options);
}

class NftablesEngine implements RuleEngine {
  readonly #clock: Clock;
  readonly #nft: readonly string[];
  readonly #emptied = new Map<IpFamily, Set<string>>();
  #queue: Promise<unknown> = Promise.resolve();
  #removal: Timer | undefined;
  #removalAttempts = 0;
  #stopping = new AbortController();

  constructor({ clock, nft }: NftablesOptions) {
    this.#clock = clock;
    this.#nft = nft;
  }

  apply(transaction: Transaction, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return this.#inTurn(async () => {
      const remembered = transaction.kind === "replace" ? await this.#rememberedClients(transaction.rules, signal) : "";
      await this.#run(renderTransaction(transaction) + remembered, signal);
      this.#noteChains(transaction);
    });
  }

  holds(rules: RuleSet, { signal }: { readonly signal: AbortSignal }): Promise<boolean> {
    return this.#inTurn(async () => {
      for (const family of rules.families.keys()) {
        const listed = await this.#list(["list", "table", ...tableOf(family).split(" ")], signal);
        if (listed === undefined || !sameContent(rules, family, listedTable(listed), this.#emptied.get(family)))
          return false;
      }
      return true;
    });
  }

  remove(families: readonly IpFamily[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
    this[Symbol.dispose]();
    return this.#inTurn(() => this.#run(renderRemoval(families), signal));
  }

  [Symbol.dispose](): void {
    this.#removal?.[Symbol.dispose]();
    this.#stopping.abort();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  async #run(text: string, signal: AbortSignal): Promise<void> {
    await runTool([...this.#nft, "-f", "-"], { signal, input: text });
  }

  /** Undefined where what is asked for is not there. */
  async #list(what: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    try {
      return await runTool([...this.#nft, "-j", ...what], { signal });
    } catch (error) {
      if (error instanceof ToolError && /No such file or directory/.test(error.stderr)) return undefined;
      throw error;
    }
  }

  /** Clients with session affinity stay where they are, even if all rules are written anew. */
  async #rememberedClients(rules: RuleSet, signal: AbortSignal): Promise<string> {
    const texts: string[] = [];
    for (const [family, { affinities }] of rules.families) {
      if (affinities.size === 0) continue;
      const listed = await this.#list(["list", "sets", nameOf(family)], signal);
      if (listed !== undefined) texts.push(rememberedClients(listed, family, affinities));
    }
    return texts.join("");
  }

  #noteChains(transaction: Transaction): void {
    if (transaction.kind === "replace") {
      this.#emptied.clear();
      return;
    }
    for (const [family, change] of transaction.families) {
      const emptied = this.#emptied.get(family) ?? new Set();
      this.#emptied.set(family, emptied);
      for (const chain of change.addedChains.keys()) emptied.delete(chain);
      for (const chain of change.removedChains) emptied.add(chain);
      if (change.removedChains.length > 0) this.#removeChainsLater(0);
    }
  }

  #removeChainsLater(attempts: number): void {
    this.#removalAttempts = attempts;
    this.#removal?.[Symbol.dispose]();
    this.#removal = this.#clock.timer(REMOVE_CHAINS_AFTER_MS, () => void this.#removeChains());
  }

  #removeChains(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopping.signal.aborted) return;
      const text = [...this.#emptied].map(([family, chains]) => renderChainRemoval(family, chains)).join("");
      if (text === "") return;
      try {
        await this.#run(text, this.#stopping.signal);
        this.#emptied.clear();
      } catch {
        if (this.#removalAttempts < REMOVE_CHAINS_ATTEMPTS) this.#removeChainsLater(this.#removalAttempts + 1);
      }
    });
  }
}
