import type { KubeObject } from "../machinery/object.ts";
import { formatMicroTime, formatTime } from "../machinery/time.ts";

/** What happened to an object, before it is an Event. */
export interface Happening {
  readonly object: KubeObject;
  readonly fieldPath: string | undefined;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly atMs: number;
}

export interface Teller {
  /** Who tells: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** The node, where the component belongs to one. */
  readonly host?: string;
  /**
   * What was being done, by reason. A component that says so tells its events in the newer form: without source and count,
   * as a series when they come again.
   */
  readonly actions?: Readonly<Record<string, string>>;
}

/** The Event of the first time. @param unique what makes its name one of its own */
export function eventDraft(teller: Teller, happening: Happening, message: string, unique: string): object {
  const { object, type, reason } = happening;
  const { name } = object.metadata;
  return {
    metadata: { name: `${name}.${unique}`, namespace: eventNamespace(object) },
    involvedObject: referenceTo(happening),
    reason,
    message,
    type,
    ...(teller.actions === undefined ? counted(teller, happening) : inSeries(teller, teller.actions, happening)),
  };
}

/** What changes of an Event when the same happens again, the `count`th time. */
export function eventAgain({ actions }: Teller, { atMs }: Happening, message: string, count: number): object {
  if (actions !== undefined) return { series: { count, lastObservedTime: formatMicroTime(atMs) } };
  return { count, lastTimestamp: formatTime(atMs), message };
}

/** Events of cluster-scoped objects stand in the namespace `default`. */
export function eventNamespace({ metadata }: KubeObject): string {
  return metadata.namespace ?? "default";
}

function referenceTo({ object, fieldPath }: Happening): object {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    uid,
    apiVersion: object.apiVersion,
    resourceVersion,
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}

function counted({ component, host }: Teller, { atMs }: Happening): object {
  const at = formatTime(atMs);
  return {
    source: { component, ...(host === undefined ? {} : { host }) },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? "",
  };
}

function inSeries({ component, host }: Teller, actions: Record<string, string>, { reason, atMs }: Happening): object {
  return {
    eventTime: formatMicroTime(atMs),
    action: actions[reason] ?? reason,
    reportingComponent: component,
    reportingInstance: host === undefined ? component : `${component}-${host}`,
  };
}
