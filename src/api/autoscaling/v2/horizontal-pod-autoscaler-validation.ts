import { dnsLabel, pathSegment } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { parseQuantity, signOf } from "../../../machinery/quantity.ts";
import { checkNonnegativeQuantity } from "../../amounts.ts";
import { checkFormat, checkNonnegative, checkRequiredFormat, type Issues } from "../../checks.ts";
import { containerResourceName } from "../../core/v1/pod-spec/resources.ts";
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricSpec,
  MetricTarget,
} from "../../generated/autoscaling-v2.ts";

const METRIC_TYPES = ["ContainerResource", "External", "Object", "Pods", "Resource"];
const TARGET_TYPES = ["Utilization", "Value", "AverageValue"];
const SELECT_POLICIES = ["Disabled", "Max", "Min"];
const POLICY_TYPES = ["Percent", "Pods"];
const LONGEST_WINDOW_SECONDS = 3600;
const LONGEST_PERIOD_SECONDS = 1800;
/** The order in which Kubernetes looks at them. */
const SOURCES = ["object", "external", "pods", "resource", "containerResource"] as const;

export function autoscalerIssues({ spec }: HorizontalPodAutoscaler): readonly Issue[] {
  const issues: Issues = [];
  const { minReplicas, maxReplicas, behavior } = spec;
  const metrics = (spec.metrics as typeof spec.metrics | undefined) ?? [];
  if (minReplicas < 1) {
    issues.push(invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 1"));
  }
  const at = "spec.maxReplicas";
  if (maxReplicas === 0) issues.push(required(at, "must be set and greater than 0"));
  else if (maxReplicas < 0) issues.push(invalid(at, maxReplicas, "must be greater than or equal to 1"));
  if (maxReplicas < minReplicas) {
    issues.push(invalid(at, maxReplicas, "must be greater than or equal to `minReplicas`"));
  }
  checkReference(spec.scaleTargetRef, "spec.scaleTargetRef", issues);
  checkTargetGroup(spec.scaleTargetRef, "spec.scaleTargetRef.apiVersion", issues);
  for (const [index, metric] of metrics.entries()) checkMetric(metric, `spec.metrics[${index}]`, issues);
  const counts = metrics.some(({ type }) => type === "Object" || type === "External");
  if (minReplicas === 0 && !counts) {
    const detail = "must specify at least one Object or External metric to support scaling to zero replicas";
    issues.push(forbidden("spec.metrics", detail));
  }
  if (behavior !== undefined) {
    checkRules(behavior.scaleUp, "spec.behavior.scaleUp", issues);
    checkRules(behavior.scaleDown, "spec.behavior.scaleDown", issues);
  }
  return issues;
}

export function autoscalerStatusIssues({ status }: HorizontalPodAutoscaler): readonly Issue[] {
  const issues: Issues = [];
  checkNonnegative(status.currentReplicas, "status.currentReplicas", issues);
  checkNonnegative(status.desiredReplicas, "status.desiredReplicas", issues);
  return issues;
}

function checkReference(
  { kind, name, apiVersion = "" }: CrossVersionObjectReference,
  at: string,
  issues: Issues,
): void {
  checkRequiredFormat(kind, `${at}.kind`, pathSegment, issues);
  checkRequiredFormat(name, `${at}.name`, pathSegment, issues);
  if (apiVersion.split("/").length > 2) {
    issues.push(invalid(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  }
}

/** The core group has nothing to scale but ReplicationControllers. */
function checkTargetGroup({ kind, apiVersion = "" }: CrossVersionObjectReference, at: string, issues: Issues): void {
  const [group = "", ...version] = apiVersion.split("/");
  if ((group !== "" && version.length > 0) || version.length > 1 || kind === "ReplicationController") return;
  issues.push(invalid(at, apiVersion, "apiVersion must specify API group"));
}

function checkMetric(metric: MetricSpec, at: string, issues: Issues): void {
  const { type } = metric;
  const known = METRIC_TYPES.includes(type);
  if (type === "") issues.push(required(`${at}.type`, "must specify a metric source type"));
  if (!known) issues.push(notSupported(`${at}.type`, type, METRIC_TYPES));
  const given = SOURCES.filter((source) => metric[source] !== undefined);
  // Of several only the first is looked at.
  if (given.length > 0) CHECKS[given[0]!](metric, `${at}.${given[0]}`, issues);
  const expected = type.slice(0, 1).toLowerCase() + type.slice(1);
  if (!known) issues.push(notSupported(`${at}.type`, type, METRIC_TYPES));
  else if (!given.some((source) => source === expected)) {
    issues.push(required(`${at}.${expected}`, "must populate information for the given metric source"));
  }
  if (given.length === 1) return;
  for (const source of given) {
    if (source !== expected) issues.push(forbidden(`${at}.${source}`, "must populate the given metric source only"));
  }
}

type Check = (metric: MetricSpec, at: string, issues: Issues) => void;

const CHECKS: Readonly<Record<(typeof SOURCES)[number], Check>> = {
  object(metric, at, issues) {
    const { describedObject, metric: identifier, target } = metric.object!;
    checkReference(describedObject, `${at}.describedObject`, issues);
    checkMetricName(identifier.name, at, issues);
    checkTarget(target, `${at}.target`, issues);
    if (target.value === undefined && target.averageValue === undefined) {
      issues.push(required(`${at}.target.averageValue`, "must set either a target value or averageValue"));
    }
  },
  external(metric, at, issues) {
    const { metric: identifier, target } = metric.external!;
    checkMetricName(identifier.name, at, issues);
    checkTarget(target, `${at}.target`, issues);
    const choice = "a target value for metric or a per-pod target";
    if (target.value === undefined && target.averageValue === undefined) {
      issues.push(required(`${at}.target.averageValue`, `must set either ${choice}`));
    }
    if (target.value !== undefined && target.averageValue !== undefined) {
      issues.push(forbidden(`${at}.target.value`, "may not set both a target value for metric and a per-pod target"));
    }
  },
  pods(metric, at, issues) {
    const { metric: identifier, target } = metric.pods!;
    checkMetricName(identifier.name, at, issues);
    checkTarget(target, `${at}.target`, issues);
    if (target.averageValue === undefined) {
      issues.push(required(`${at}.target.averageValue`, "must specify a positive target averageValue"));
    }
  },
  resource(metric, at, issues) {
    const { name, target } = metric.resource!;
    if (name === "") issues.push(required(`${at}.name`, "must specify a resource name"));
    checkUsage(target, `${at}.target`, issues);
  },
  containerResource(metric, at, issues) {
    const { name, container, target } = metric.containerResource!;
    if (name === "") issues.push(required(`${at}.name`, "must specify a resource name"));
    else containerResourceName(name, `${at}.name`, issues);
    if (container === "") issues.push(required(`${at}.container`, "must specify a container"));
    else checkFormat(container, `${at}.container`, dnsLabel, issues);
    checkUsage(target, `${at}.target`, issues);
  },
};

function checkMetricName(name: string, at: string, issues: Issues): void {
  if (name === "") issues.push(required(`${at}.metric.name`, "must specify a metric name"));
  else checkFormat(name, `${at}.metric.name`, pathSegment, issues);
}

function checkUsage(target: MetricTarget, at: string, issues: Issues): void {
  checkTarget(target, at, issues);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = "must set either a target raw value or a target utilization";
    issues.push(required(`${at}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    issues.push(forbidden(`${at}.averageValue`, "may not set both a target raw value and a target utilization"));
  }
}

function checkTarget(target: MetricTarget, at: string, issues: Issues): void {
  if (target.type === "") issues.push(required(`${at}.type`, "must specify a metric target type"));
  if (!TARGET_TYPES.includes(target.type)) {
    issues.push(invalid(`${at}.type`, target.type, "must be either Utilization, Value, or AverageValue"));
  }
  for (const name of ["value", "averageValue"] as const) {
    const amount = target[name];
    if (amount !== undefined && signOf(parseQuantity(amount)) !== 1) {
      issues.push(invalid(`${at}.${name}`, amount, "must be positive"));
    }
  }
  const { averageUtilization } = target;
  if (averageUtilization !== undefined && averageUtilization < 1) {
    issues.push(invalid(`${at}.averageUtilization`, averageUtilization, "must be greater than 0"));
  }
}

function checkRules(rules: HPAScalingRules | undefined, at: string, issues: Issues): void {
  if (rules === undefined) return;
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  const windowAt = `${at}.stabilizationWindowSeconds`;
  if (window < 0) issues.push(invalid(windowAt, window, "must be greater than or equal to zero"));
  if (window > LONGEST_WINDOW_SECONDS) {
    issues.push(invalid(windowAt, window, `must be less than or equal to ${LONGEST_WINDOW_SECONDS}`));
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) {
    issues.push(notSupported(`${at}.selectPolicy`, selectPolicy, SELECT_POLICIES));
  }
  if (policies.length === 0) issues.push(required(`${at}.policies`, "must specify at least one Policy"));
  for (const [index, policy] of policies.entries()) checkPolicy(policy, `${at}.policies[${index}]`, issues);
  if (tolerance !== undefined) checkNonnegativeQuantity(tolerance, `${at}.tolerance`, issues);
}

function checkPolicy({ type, value, periodSeconds }: HPAScalingPolicy, at: string, issues: Issues): void {
  if (!POLICY_TYPES.includes(type)) issues.push(notSupported(`${at}.type`, type, POLICY_TYPES));
  if (value <= 0) issues.push(invalid(`${at}.value`, value, "must be greater than zero"));
  if (periodSeconds <= 0) issues.push(invalid(`${at}.periodSeconds`, periodSeconds, "must be greater than zero"));
  if (periodSeconds > LONGEST_PERIOD_SECONDS) {
    const detail = `must be less than or equal to ${LONGEST_PERIOD_SECONDS}`;
    issues.push(invalid(`${at}.periodSeconds`, periodSeconds, detail));
  }
}
