import { byteOrder } from "../../../machinery/byte-order.ts";

/** The word for one thing, or for several. */
export function worded(count: number, one: string, several = `${one}s`): string {
  return count === 1 ? one : several;
}

/** `"a", "b"`: what stands within the quotes stands there as it is. */
export function listed(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(", ");
}

/** Each text once, in order. */
export function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted(byteOrder);
}
