/** A selector that cannot be read or is not valid, in Kubernetes' words; the API answers 400 with them. */
export class SelectorError extends Error {
  override readonly name = "SelectorError";
}
