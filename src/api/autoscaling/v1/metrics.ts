import type { MetricSpec, MetricStatus } from "../../generated/autoscaling-v2.ts";

// Metrics as the first version writes them into annotations: what is one structure now was spread over fields then.

/** One metric, what is wanted of it or how it is; of its sources the one that `type` names is there. */
export type OldMetric = { readonly type: string } & { readonly [source: string]: unknown };

type Source = Readonly<Record<string, unknown>>;
type Reference = MetricSpec["object"] extends (infer T) | undefined
  ? T extends { readonly describedObject: infer R }
    ? R
    : never
  : never;
type Selector = NonNullable<NonNullable<MetricSpec["pods"]>["metric"]["selector"]>;

const ZERO = "0";

/** Without what is absent, as Go leaves it out. */
function present(source: Source): Source {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined));
}

/** What is wanted of a metric: averages and the values of other servers may be left out. */
export function oldSpec(metric: MetricSpec): OldMetric {
  return oldMetric(metric, "target", undefined);
}

/** How a metric is: what Kubernetes does not know is written as nothing. */
export function oldStatus(metric: MetricStatus): OldMetric {
  return oldMetric(metric, "current", ZERO);
}

/**
 * @param side the structure that is spread over fields, and what their names begin with
 * @param absent what stands for a value that may be left out of a target, and not of a status
 */
function oldMetric(metric: MetricSpec | MetricStatus, side: Side, absent: string | undefined): OldMetric {
  const { type, object, pods, resource, containerResource, external } = metric;
  const valuesOf = (of: object): Values => (of as Readonly<Record<Side, Values>>)[side];
  const usage = (of: { readonly name: string }, container?: string) =>
    present({
      name: of.name,
      [`${side}AverageUtilization`]: valuesOf(of).averageUtilization,
      [`${side}AverageValue`]: valuesOf(of).averageValue ?? absent,
      container,
    });
  return {
    type,
    ...(object && {
      object: present({
        target: reference(object.describedObject),
        metricName: object.metric.name,
        [`${side}Value`]: valuesOf(object).value ?? ZERO,
        selector: object.metric.selector,
        averageValue: valuesOf(object).averageValue,
      }),
    }),
    ...(pods && {
      pods: present({
        metricName: pods.metric.name,
        [`${side}AverageValue`]: valuesOf(pods).averageValue ?? ZERO,
        selector: pods.metric.selector,
      }),
    }),
    ...(resource && { resource: usage(resource) }),
    ...(containerResource && { containerResource: usage(containerResource, containerResource.container) }),
    ...(external && {
      external: present({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        [`${side}Value`]: valuesOf(external).value ?? absent,
        [`${side}AverageValue`]: valuesOf(external).averageValue,
      }),
    }),
  };
}

type Side = "target" | "current";

interface Values {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

function reference({ kind, name, apiVersion }: Reference): Source {
  return present({ kind, name, apiVersion });
}

export function newSpec(metric: OldMetric): MetricSpec {
  const { type, object, pods, resource, containerResource, external } = metric as Sources;
  const usage = ({ name = "", targetAverageUtilization, targetAverageValue }: OldUsage) => ({
    name,
    target: {
      type: targetAverageUtilization === undefined ? "AverageValue" : "Utilization",
      ...present({ averageValue: targetAverageValue, averageUtilization: targetAverageUtilization }),
    },
  });
  return {
    type,
    ...(object && { object: { describedObject: object.target, target: objectTarget(object), metric: named(object) } }),
    ...(pods && {
      pods: { metric: named(pods), target: { type: "AverageValue", averageValue: pods.targetAverageValue ?? ZERO } },
    }),
    ...(resource && { resource: usage(resource) }),
    ...(containerResource && {
      containerResource: { ...usage(containerResource), container: containerResource.container ?? "" },
    }),
    ...(external && {
      external: {
        metric: named({ ...external, selector: external.metricSelector }),
        target: {
          type: external.targetValue === undefined ? "AverageValue" : "Value",
          ...present({ value: external.targetValue, averageValue: external.targetAverageValue }),
        },
      },
    }),
  } as MetricSpec;
}

export function newStatus(metric: OldMetric): MetricStatus {
  const { type, object, pods, resource, containerResource, external } = metric as Sources;
  const usage = ({ name = "", currentAverageUtilization, currentAverageValue = ZERO }: OldUsage) => ({
    name,
    current: present({ averageValue: currentAverageValue, averageUtilization: currentAverageUtilization }),
  });
  return {
    type,
    ...(object && {
      object: {
        metric: named(object),
        current: present({ value: object.currentValue ?? ZERO, averageValue: object.averageValue }),
        describedObject: object.target,
      },
    }),
    ...(pods && { pods: { metric: named(pods), current: { averageValue: pods.currentAverageValue ?? ZERO } } }),
    ...(resource && { resource: usage(resource) }),
    ...(containerResource && {
      containerResource: { ...usage(containerResource), container: containerResource.container ?? "" },
    }),
    ...(external && {
      external: {
        metric: named({ ...external, selector: external.metricSelector }),
        current: present({ value: external.currentValue ?? ZERO, averageValue: external.currentAverageValue }),
      },
    }),
  } as MetricStatus;
}

interface OldUsage {
  readonly name?: string;
  readonly container?: string;
  readonly targetAverageUtilization?: number;
  readonly targetAverageValue?: string;
  readonly currentAverageUtilization?: number;
  readonly currentAverageValue?: string;
}

interface OldNamed {
  readonly metricName?: string;
  readonly selector?: Selector | undefined;
}

interface OldObject extends OldNamed {
  readonly target: Reference;
  readonly targetValue?: string;
  readonly averageValue?: string;
  readonly currentValue?: string;
}

interface Sources {
  readonly type: string;
  readonly object?: OldObject;
  readonly pods?: OldNamed & { readonly targetAverageValue?: string; readonly currentAverageValue?: string };
  readonly resource?: OldUsage;
  readonly containerResource?: OldUsage;
  readonly external?: OldNamed & {
    readonly metricSelector?: Selector;
    readonly targetValue?: string;
    readonly targetAverageValue?: string;
    readonly currentValue?: string;
    readonly currentAverageValue?: string;
  };
}

function named({ metricName = "", selector }: OldNamed) {
  return { name: metricName, ...(selector === undefined ? {} : { selector }) };
}

/** A value of nothing beside an average was only written because it had to be. */
function objectTarget({ targetValue = ZERO, averageValue }: OldObject) {
  if (averageValue === undefined) return { type: "Value", value: targetValue };
  return { type: "AverageValue", ...(targetValue === ZERO ? {} : { value: targetValue }), averageValue };
}
