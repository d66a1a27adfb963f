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
