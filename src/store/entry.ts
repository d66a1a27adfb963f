import type { Entry, ValueCodec } from "./contract.ts";

/** One version of one key. A version that was loaded is decoded when somebody first asks for its value. */
export class SealedEntry<V> implements Entry<V> {
  readonly key: string;
  readonly revision: number;
  readonly bytes: Uint8Array;
  #value: V | undefined;
  /** Present while the value is not decoded yet. */
  #codec: ValueCodec<V> | undefined;
  #forms: Map<string, unknown> | undefined;

  private constructor(
    key: string,
    revision: number,
    bytes: Uint8Array,
    value: V | undefined,
    codec: ValueCodec<V> | undefined,
  ) {
    this.key = key;
    this.revision = revision;
    this.bytes = bytes;
    this.#value = value;
    this.#codec = codec;
  }

  static sealed<V>(key: string, revision: number, value: V, codec: ValueCodec<V>): SealedEntry<V> {
    const sealed = codec.seal(value, revision);
    return new SealedEntry(key, revision, sealed.bytes, sealed.value, undefined);
  }

  static loaded<V>(key: string, revision: number, bytes: Uint8Array, codec: ValueCodec<V>): SealedEntry<V> {
    return new SealedEntry<V>(key, revision, bytes, undefined, codec);
  }

  get value(): V {
    if (this.#codec !== undefined) {
      this.#value = this.#codec.open(this.bytes, this.revision);
      this.#codec = undefined;
    }
    return this.#value as V;
  }

  remember<T>(form: string, make: () => T): T {
    this.#forms ??= new Map();
    if (!this.#forms.has(form)) this.#forms.set(form, make());
    return this.#forms.get(form) as T;
  }
}
