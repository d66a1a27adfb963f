import { formatQuantity, parseQuantity, roundUpQuantity } from "../../../../machinery/quantity.ts";

export type ResourceList = Readonly<Record<string, string>>;
export type MutableResourceList = Record<string, string>;

/** Nothing finer than a thousandth is kept of a resource: it is rounded up, in place. */
export function roundResources(resources: MutableResourceList | undefined): void {
  for (const name in resources) {
    const amount = resources[name]!;
    if (FINE.test(amount)) resources[name] = formatQuantity(roundUpQuantity(parseQuantity(amount), -3));
  }
}

/** Canonical texts of amounts finer than a thousandth. */
const FINE = /[nu]$|e-/;

/** Of amounts of bytes that are no whole numbers. @param names of the resources that are counted in bytes */
export function* fractionWarnings(
  resources: ResourceList | undefined,
  names: readonly string[],
  at: string,
): Iterable<string> {
  for (const name of names) {
    const amount = resources?.[name];
    if (amount?.endsWith("m") !== true) continue;
    yield `${at}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`;
  }
}
