import type { Clock, Timer } from "../../../base/clock.ts";
import type { IpFamily } from "../../../base/ip.ts";
import type { FamilyChange, Transaction } from "../../../proxy/diff.ts";
import type { RuleEngine } from "../../../proxy/ports.ts";
import { renderChainRemoval, renderRemoval, renderTransaction } from "../../../proxy/render.ts";
import { tableOf } from "../../../proxy/render-words.ts";
import type { RuleSet } from "../../../proxy/rules.ts";
import { adoptTable } from "./adopt.ts";
import { familyText, type ListedTable, listedTable, sameContent } from "./listing.ts";
import { runTool, ToolError } from "./nft.ts";
import { NftSession } from "./nft-session.ts";

export interface NftablesOptions {
  readonly clock: Clock;
  /** How nft is called: its path, or a command that runs it in another network namespace. */
  readonly nft: readonly string[];
}

/** Before Linux 6.2 a chain counts as in use for a moment after the last map element that names it is gone. */
const REMOVE_CHAINS_AFTER_MS = 2_000;

/** How often the removal of emptied chains is tried; a replacement of the table takes them away, too. */
const REMOVE_CHAINS_ATTEMPTS = 5;

/** A rule engine over `nft -f -`: one kernel transaction for each of ours. */
export function createNftablesEngine(options: NftablesOptions): RuleEngine & Disposable {
  return new NftablesEngine(options);
}

class NftablesEngine implements RuleEngine {
  readonly #clock: Clock;
  readonly #nft: readonly string[];
  readonly #session: NftSession;
  #emptied = new Map<IpFamily, Set<string>>();
  #queue: Promise<unknown> = Promise.resolve();
  #removal: Timer | undefined;
  #removalAttempts = 0;
  #stopping = new AbortController();

  constructor({ clock, nft }: NftablesOptions) {
    this.#clock = clock;
    this.#nft = nft;
    this.#session = new NftSession(nft);
  }

  apply(transaction: Transaction, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return this.#inTurn(async () => {
      if (transaction.kind === "replace") await this.#replace(transaction.rules, signal);
      else {
        await this.#run(renderTransaction(transaction), signal);
        this.#noteChains(transaction.families);
      }
    });
  }

  holds(rules: RuleSet, { signal }: { readonly signal: AbortSignal }): Promise<boolean> {
    return this.#inTurn(async () => {
      for (const family of rules.families.keys()) {
        const listed = await this.#list(family, signal);
        if (listed === undefined || !sameContent(rules, family, listed, this.#emptied.get(family))) return false;
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
    this.#session[Symbol.dispose]();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  async #run(text: string, signal: AbortSignal): Promise<void> {
    await this.#session.run(text, signal);
  }

  /** The table as it is; undefined where there is none. */
  async #list(family: IpFamily, signal: AbortSignal): Promise<ListedTable | undefined> {
    try {
      return listedTable(
        await runTool([...this.#nft, "-j", "list", "table", ...tableOf(family).split(" ")], { signal }),
      );
    } catch (error) {
      if (error instanceof ToolError && /No such file or directory/.test(error.stderr)) return undefined;
      throw error;
    }
  }

  /** Tables of an earlier process are taken over; those that nft refuses to change that way are made anew. */
  async #replace(rules: RuleSet, signal: AbortSignal): Promise<void> {
    const texts: string[] = [];
    const emptied = new Map<IpFamily, Set<string>>();
    for (const family of rules.families.keys()) {
      const listed = await this.#list(family, signal);
      const adoption = listed && adoptTable(rules, family, listed);
      texts.push(adoption?.text ?? `${familyText(rules, family).join("\n")}\n`);
      emptied.set(family, new Set(adoption?.emptied));
    }
    try {
      await this.#run(texts.join(""), signal);
      this.#emptied = emptied;
      if (emptied.values().some((chains) => chains.size > 0)) this.#removeChainsLater(0);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      await this.#run(renderTransaction({ kind: "replace", rules }), signal);
      this.#emptied = new Map();
    }
  }

  #noteChains(families: ReadonlyMap<IpFamily, FamilyChange>): void {
    for (const [family, change] of families) {
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
