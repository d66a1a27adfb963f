import { forbidden, type Issue } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkRequired, type Issues } from "../../checks.ts";
import type { ResourceClaim, ResourceClaimConsumerReference } from "../../generated/resource-v1.ts";
import { checkSet } from "./lists.ts";

const MOST_CONSUMERS = 256;
const NOT_ALLOCATED = "may not be specified when `allocated` is not set";
const GOING = "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set";

/** Who may use what a claim has got; what that is, is not looked into yet. */
export function claimStatusIssues({ metadata, status }: ResourceClaim, old: ResourceClaim): readonly Issue[] {
  const issues: Issues = [];
  const at = "status.reservedFor";
  const { reservedFor = [], allocation } = status;
  const checkOne = (consumer: ResourceClaimConsumerReference, here: string) => checkConsumer(consumer, here, issues);
  checkSet(reservedFor, at, MOST_CONSUMERS, checkOne, ({ uid }) => uid, issues);
  if (reservedFor.length === 0) return issues;
  const before = old.status.reservedFor ?? [];
  const isNew = (consumer: ResourceClaimConsumerReference) => !before.some((each) => sameJson(each, consumer));
  if (allocation === undefined) issues.push(forbidden(at, NOT_ALLOCATED));
  else if (metadata.deletionTimestamp !== undefined && reservedFor.some(isNew)) issues.push(forbidden(at, GOING));
  return issues;
}

function checkConsumer(consumer: ResourceClaimConsumerReference, at: string, issues: Issues): void {
  for (const name of ["resource", "name", "uid"] as const) checkRequired(consumer[name], `${at}.${name}`, issues);
}
