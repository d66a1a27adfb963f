import type { Change, Entry, ValueCodec } from "./contract.ts";

/**
 * One version of one key. The bytes stay; a value that was loaded, or let go of and is held by nobody else, is decoded when somebody
 * asks for it.
 */
export class SealedEntry<V> implements Entry<V> {
  readonly key: string;
  readonly revision: number;
  readonly bytes: Uint8Array;
  readonly #codec: ValueCodec<V>;
  #value: V | undefined;
  /** Where the value may still be found once it was let go of. */
  #letGo: WeakRef<WeakKey & V> | undefined;
  #forms: Map<string, unknown> | undefined;

  private constructor(key: string, revision: number, bytes: Uint8Array, value: V | undefined, codec: ValueCodec<V>) {
    this.key = key;
    this.revision = revision;
    this.bytes = bytes;
    this.#value = value;
    this.#codec = codec;
  }

  static sealed<V>(key: string, revision: number, value: V, codec: ValueCodec<V>): SealedEntry<V> {
    const sealed = codec.seal(value, revision);
    return new SealedEntry(key, revision, sealed.bytes, sealed.value, codec);
  }

  static loaded<V>(key: string, revision: number, bytes: Uint8Array, codec: ValueCodec<V>): SealedEntry<V> {
    return new SealedEntry<V>(key, revision, bytes, undefined, codec);
  }

  get value(): V {
    if (this.#value !== undefined) return this.#value;
    const elsewhere = this.#letGo?.deref();
    if (elsewhere !== undefined) return elsewhere;
    this.#letGo = undefined;
    return (this.#value = this.#codec.open(this.bytes, this.revision));
  }

  /**
   * Holds the value no longer than others do (the caches of those who watch). Of most versions nobody asks more than the bytes any
   * more; one that has to be decoded again is kept.
   */
  letGo(): void {
    if (typeof this.#value !== "object" || this.#value === null) return;
    this.#letGo = new WeakRef(this.#value);
    this.#value = undefined;
  }

  remember<T>(form: string, make: () => T): T {
    this.#forms ??= new Map();
    if (!this.#forms.has(form)) this.#forms.set(form, make());
    return this.#forms.get(form) as T;
  }
}

/** A change as the store keeps it. */
export interface SealedChange<V> extends Change<V> {
  readonly entry: SealedEntry<V>;
  readonly previous?: SealedEntry<V>;
}
