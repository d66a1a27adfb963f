import { dnsLabel, dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid, required } from "../../../machinery/issue.ts";
import { checkFormat, checkRequiredFormat, type Issues } from "../../checks.ts";
import type {
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from "../../generated/resource-v1.ts";
import {
  checkAllocationMode,
  checkConfiguration,
  checkFullName,
  checkSelectors,
  checkToleration,
  MOST_CONFIGURATIONS,
} from "./device-checks.ts";
import { checkItems, checkSet, MOST_REQUESTS } from "./lists.ts";

const MOST_CONSTRAINTS = 32;

/** What is wrong with what a new claim asks for. */
export function checkClaimSpec({ devices }: ResourceClaimSpec, at: string, issues: Issues): void {
  const { requests, constraints = [], config = [] } = devices;
  const here = `${at}.devices`;
  const names = namesOf(requests ?? []);
  const checkOne = (request: DeviceRequest, place: string) => checkRequest(request, place, issues);
  checkSet(requests ?? [], `${here}.requests`, MOST_REQUESTS, checkOne, ({ name }) => name, issues);
  const checkPeers = (constraint: DeviceConstraint, place: string) => checkConstraint(constraint, names, place, issues);
  checkItems(constraints, `${here}.constraints`, MOST_CONSTRAINTS, checkPeers, issues);
  const checkConfig = (each: DeviceClaimConfiguration, place: string) => {
    checkReferences(each.requests ?? [], names, `${place}.requests`, issues);
    checkConfiguration(each, place, issues);
  };
  checkItems(config, `${here}.config`, MOST_CONFIGURATIONS, checkConfig, issues);
}

/** By the names of requests those of what is asked for within them; undefined where a request is one thing. */
type RequestNames = ReadonlyMap<string, ReadonlySet<string> | undefined>;

function namesOf(requests: readonly DeviceRequest[]): RequestNames {
  return new Map(
    requests.map(({ name, firstAvailable = [] }) => [
      name,
      firstAvailable.length === 0 ? undefined : new Set(firstAvailable.map((each) => each.name)),
    ]),
  );
}

const MOST_CHOICES = 8;
const ONE_OF_BOTH = "exactly one of `exactly` or `firstAvailable` is required";

function checkRequest({ name, exactly, firstAvailable = [] }: DeviceRequest, at: string, issues: Issues): void {
  checkFormat(name, `${at}.name`, dnsLabel, issues);
  if (exactly !== undefined && firstAvailable.length > 0) {
    issues.push(invalid(at, null, `${ONE_OF_BOTH}, but multiple fields are set`));
  } else if (exactly !== undefined) checkWanted(exactly, `${at}.exactly`, issues);
  else if (firstAvailable.length === 0) issues.push(required(at, ONE_OF_BOTH));
  else {
    const checkChoice = (choice: DeviceSubRequest, here: string) => {
      checkFormat(choice.name, `${here}.name`, dnsLabel, issues);
      checkWanted(choice, here, issues);
    };
    checkSet(firstAvailable, `${at}.firstAvailable`, MOST_CHOICES, checkChoice, (choice) => choice.name, issues);
  }
}

function checkWanted(wanted: ExactDeviceRequest | DeviceSubRequest, at: string, issues: Issues): void {
  const { deviceClassName, selectors = [], allocationMode, count = 0, tolerations = [] } = wanted;
  checkRequiredFormat(deviceClassName, `${at}.deviceClassName`, dnsSubdomain, issues);
  checkSelectors(selectors, `${at}.selectors`, issues);
  checkAllocationMode(allocationMode, count, at, issues);
  for (const [index, toleration] of tolerations.entries()) {
    checkToleration(toleration, `${at}.tolerations[${index}]`, issues);
  }
}

/** What devices of several requests have in common, or have not. */
function checkConstraint(
  { requests = [], matchAttribute, distinctAttribute }: DeviceConstraint,
  names: RequestNames,
  at: string,
  issues: Issues,
): void {
  checkReferences(requests, names, `${at}.requests`, issues);
  if (matchAttribute !== undefined) checkFullName(matchAttribute, `${at}.matchAttribute`, issues);
  else if (distinctAttribute !== undefined) checkFullName(distinctAttribute, `${at}.distinctAttribute`, issues);
  // Kubernetes says so of none.
  else
    issues.push(
      required(at, `exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set`),
    );
}

function checkReferences(references: readonly string[], names: RequestNames, at: string, issues: Issues): void {
  const check = (reference: string, here: string) => checkReference(reference, names, here, issues);
  checkSet(references, at, MOST_REQUESTS, check, (reference) => reference, issues);
}

function checkReference(reference: string, names: RequestNames, at: string, issues: Issues): void {
  const [request = "", choice, ...rest] = reference.split("/");
  const unknown = invalid(
    at,
    reference,
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
  );
  if (rest.length > 0) return void issues.push(unknown);
  for (const name of choice === undefined ? [request] : [request, choice]) checkFormat(name, at, dnsLabel, issues);
  const isKnown = choice === undefined ? names.has(request) : names.get(request)?.has(choice) === true;
  if (!isKnown) issues.push(unknown);
}
