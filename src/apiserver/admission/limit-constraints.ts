import type { LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from "../../api/generated/core-v1.ts";
import { containerResources, isPodLevelResource, resourceTexts } from "../../api/core/v1/pod-resources.ts";
import { parseQuantity, type Quantity, quantityAsNumber, scaledValue } from "../../machinery/quantity.ts";

type Amounts = Readonly<Record<string, string>> | undefined;

/** What is asked for, and up to what. */
interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** Everything in which a pod does not keep to a range, in Kubernetes' words. */
export function* podViolations({ spec }: LimitRange, { spec: pod }: Pod): Iterable<string> {
  for (const item of spec.limits) {
    if (item.type === "Container") {
      for (const { resources } of [...(pod.containers ?? []), ...(pod.initContainers ?? [])]) {
        yield* violations(item, resources as Asked);
      }
    } else if (item.type === "Pod") {
      yield* violations(item, { requests: wholePod(pod, "requests"), limits: wholePod(pod, "limits") });
    }
  }
}

/** The same for a claim: how much is asked for counts alone. */
export function* claimViolations({ spec }: LimitRange, claim: PersistentVolumeClaim): Iterable<string> {
  const requests = claim.spec.resources?.requests;
  for (const item of spec.limits) {
    if (item.type !== "PersistentVolumeClaim") continue;
    for (const [name, least] of entriesOf(item.min)) yield* tooLittle(item.type, name, least, { requests, limits: {} });
    for (const [name, most] of entriesOf(item.max)) {
      const start = `maximum ${name} usage per ${item.type} is ${most}`;
      const request = requests?.[name];
      if (request === undefined) yield `${start}.  No request is specified`;
      else if (isMore(request, most)) yield `${start}, but request is ${request}`;
    }
  }
}

function* violations(item: LimitRangeItem, asked: Asked): Iterable<string> {
  for (const [name, least] of entriesOf(item.min)) yield* tooLittle(item.type, name, least, asked);
  for (const [name, most] of entriesOf(item.max)) yield* tooMuch(item.type, name, most, asked);
  for (const [name, ratio] of entriesOf(item.maxLimitRequestRatio)) yield* tooFarApart(item.type, name, ratio, asked);
}

function* tooLittle(type: string, name: string, least: string, { requests, limits }: Asked): Iterable<string> {
  const start = `minimum ${name} usage per ${type} is ${least}`;
  const request = requests?.[name];
  const limit = limits?.[name];
  if (request === undefined) yield `${start}.  No request is specified`;
  else if (isMore(least, request)) yield `${start}, but request is ${request}`;
  else if (limit !== undefined && isMore(least, limit)) yield `${start}, but limit is ${limit}`;
}

function* tooMuch(type: string, name: string, most: string, { requests, limits }: Asked): Iterable<string> {
  const start = `maximum ${name} usage per ${type} is ${most}`;
  const request = requests?.[name];
  const limit = limits?.[name];
  if (limit === undefined) yield `${start}.  No limit is specified`;
  else if (isMore(limit, most)) yield `${start}, but limit is ${limit}`;
  else if (request !== undefined && isMore(request, most)) yield `${start}, but request is ${request}`;
}

function* tooFarApart(type: string, name: string, ratio: string, { requests, limits }: Asked): Iterable<string> {
  const start = `${name} max limit to request ratio per ${type} is ${ratio}`;
  const request = amountOf(requests?.[name]);
  const limit = amountOf(limits?.[name]);
  if (request === 0) yield `${start}, but no request is specified or request is 0`;
  else if (limit === 0) yield `${start}, but no limit is specified or limit is 0`;
  else if (limit / request > quantityAsNumber(parseQuantity(ratio))) {
    yield `${start}, but provided ratio is ${(limit / request).toFixed(6)}`;
  }
}

function amountOf(text: string | undefined): number {
  return text === undefined ? 0 : Number(thousandths(parseQuantity(text)));
}

/** What all containers ask for together, or what is said for the whole pod. */
function wholePod(pod: Pod["spec"], part: "requests" | "limits"): Amounts {
  const amounts = resourceTexts(containerResources(pod, part));
  for (const [name, amount] of entriesOf(pod.resources?.[part])) if (isPodLevelResource(name)) amounts[name] = amount;
  return amounts;
}

/** Kubernetes compares thousandths, rounded up. */
function isMore(left: string, right: string): boolean {
  return thousandths(parseQuantity(left)) > thousandths(parseQuantity(right));
}

function thousandths(quantity: Quantity): bigint {
  return scaledValue(quantity, -3);
}

function entriesOf(amounts: Amounts): readonly (readonly [string, string])[] {
  return Object.entries(amounts ?? {});
}
