import { forbidden, invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkRange, type Issues } from "../../checks.ts";
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from "../../generated/flowcontrol-v1.ts";
import { internalForm } from "../../core/v1/pod-diff/internal-form.ts";
import { conditionIssues } from "./conditions.ts";
import { mandatoryLevels } from "./mandatory.ts";

const EXEMPT = "exempt";
/** A note that an older version needs, and no other may bear. */
const OLD_NOTE = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";

export function priorityLevelIssues({ metadata, spec, status }: PriorityLevelConfiguration): readonly Issue[] {
  const issues: Issues = [];
  const { type, limited, exempt } = spec;
  if (metadata.annotations?.[OLD_NOTE] !== undefined) {
    issues.push(forbidden("metadata.annotations", `annotation '${OLD_NOTE}' is forbidden`));
  }
  if ((metadata.name === EXEMPT) !== (type === "Exempt")) {
    issues.push(invalid("spec.type", type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  if (type === "Exempt") {
    if (limited !== undefined) issues.push(forbidden("spec.limited", "must be nil if the type is not Limited"));
    if (exempt !== undefined) checkExempt(exempt, "spec.exempt", issues);
  } else if (type === "Limited") {
    if (exempt !== undefined) issues.push(forbidden("spec.exempt", "must be nil if the type is Limited"));
    if (limited === undefined) issues.push(required("spec.limited", "must not be empty when type is Limited"));
    else checkLimited(limited, "spec.limited", issues);
  } else if (type === "") issues.push(required("spec.type"));
  else issues.push(notSupported("spec.type", type, ["Exempt", "Limited"]));
  checkFixed(metadata.name, spec, issues);
  return [...issues, ...conditionIssues(status.conditions ?? [])];
}

function checkFixed(name: string, spec: PriorityLevelConfigurationSpec, issues: Issues): void {
  const fixed = mandatoryLevels.get(name);
  if (fixed === undefined) return;
  // The figures of the exempt level are the administrator's.
  const own = name === EXEMPT ? { ...spec, exempt: fixed.exempt } : spec;
  if (sameJson(own, fixed)) return;
  const but = name === EXEMPT ? " except the 'spec.exempt' field" : "";
  const shown = internalForm("PriorityLevelConfigurationSpec", spec, "flowcontrol.v1");
  issues.push(invalid("spec", shown, `spec of '${name}'${but} must equal the fixed value`));
}

function checkExempt(exempt: ExemptPriorityLevelConfiguration, at: string, issues: Issues): void {
  checkShares(exempt.nominalConcurrencyShares, at, issues);
  checkRange(exempt.lendablePercent, `${at}.lendablePercent`, 0, 100, issues);
}

function checkLimited(limited: LimitedPriorityLevelConfiguration, at: string, issues: Issues): void {
  const { nominalConcurrencyShares, limitResponse, lendablePercent, borrowingLimitPercent } = limited;
  checkShares(nominalConcurrencyShares, at, issues);
  checkResponse(limitResponse, `${at}.limitResponse`, issues);
  checkRange(lendablePercent, `${at}.lendablePercent`, 0, 100, issues);
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0) {
    const detail = "if specified, must be a non-negative integer";
    issues.push(invalid(`${at}.borrowingLimitPercent`, borrowingLimitPercent, detail));
  }
}

function checkShares(shares: number, at: string, issues: Issues): void {
  if (shares < 0) issues.push(invalid(`${at}.nominalConcurrencyShares`, shares, "must be a non-negative integer"));
}

function checkResponse({ type, queuing }: LimitResponse, at: string, issues: Issues): void {
  const here = `${at}.queuing`;
  if (type === "Reject") {
    if (queuing !== undefined) {
      issues.push(forbidden(here, "must be nil if limited.limitResponse.type is not Limited"));
    }
  } else if (type === "Queue") {
    if (queuing !== undefined) checkQueuing(queuing, here, issues);
    else issues.push(required(here, "must not be empty if limited.limitResponse.type is Limited"));
  } else if (type === "") issues.push(required(`${at}.type`));
  else issues.push(notSupported(`${at}.type`, type, ["Queue", "Reject"]));
}

const MOST_QUEUES = 10_000_000;
const HASH_BITS = 60;

function checkQueuing({ queues, handSize, queueLengthLimit }: QueuingConfiguration, at: string, issues: Issues): void {
  const wrong = (name: string, value: number, detail: string) => issues.push(invalid(`${at}.${name}`, value, detail));
  if (queueLengthLimit <= 0) wrong("queueLengthLimit", queueLengthLimit, "must be positive");
  if (queues <= 0) wrong("queues", queues, "must be positive");
  else if (queues > MOST_QUEUES) wrong("queues", queues, `must not be greater than ${MOST_QUEUES}`);
  if (handSize <= 0) wrong("handSize", handSize, "must be positive");
  else if (handSize > queues) wrong("handSize", handSize, `should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > HASH_BITS) {
    const needed = `required entropy bits of deckSize ${queues} and handSize ${handSize}`;
    wrong("handSize", handSize, `${needed} should not be greater than ${HASH_BITS}`);
  }
}
