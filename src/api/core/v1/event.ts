import { byteLength, dnsSubdomain, qualifiedName } from "../../../machinery/formats.ts";
import { invalid, required } from "../../../machinery/issue.ts";
import { checkFormat, type Issues } from "../../checks.ts";
import { name, since, sinceMicro } from "../../columns.ts";
import type { Event as StoredEvent } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { type Column, defineKind, type Kind } from "../../kind.ts";

export type Event = StoredEvent;

/** What `kubectl get events` shows, in either group. */
export const eventColumns: readonly Column<Event>[] = [
  { name: "Last Seen", type: "string", value: lastSeen },
  { name: "Type", type: "string", value: ({ type }) => type ?? "" },
  { name: "Reason", type: "string", value: ({ reason }) => reason ?? "" },
  { name: "Object", type: "string", value: target },
  { name: "Subobject", type: "string", priority: 1, value: ({ involvedObject }) => involvedObject.fieldPath ?? "" },
  { name: "Source", type: "string", priority: 1, value: sourceOf },
  { name: "Message", type: "string", value: ({ message }) => (message ?? "").trim() },
  { name: "First Seen", type: "string", priority: 1, value: firstSeen },
  { name: "Count", type: "string", priority: 1, value: timesSeen },
  { ...name, priority: 1 },
];

export const Event: Kind<Event> = defineKind(facts.core.v1.Event, {
  metadataChecks: { update: [] },
  anyFinalizer: true,
  allowsCreateOnUpdate: true,
  defaultPropagation: "never",
  columns: eventColumns,
  fields: {
    "involvedObject.kind": ({ involvedObject }) => involvedObject.kind ?? "",
    "involvedObject.namespace": ({ involvedObject }) => involvedObject.namespace ?? "",
    "involvedObject.name": ({ involvedObject }) => involvedObject.name ?? "",
    "involvedObject.uid": ({ involvedObject }) => involvedObject.uid ?? "",
    "involvedObject.apiVersion": ({ involvedObject }) => involvedObject.apiVersion ?? "",
    "involvedObject.resourceVersion": ({ involvedObject }) => involvedObject.resourceVersion ?? "",
    "involvedObject.fieldPath": ({ involvedObject }) => involvedObject.fieldPath ?? "",
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source.component || reportingComponent,
    type: ({ type }) => type ?? "",
  },
  nameRule: "path-segment",
  validate(event) {
    const issues: Issues = [];
    checkEvent(event, "reportingComponent", issues);
    return issues;
  },
});

function firstSeen({ firstTimestamp, eventTime }: Event, nowMs: number): string {
  return firstTimestamp === null ? sinceMicro(eventTime, nowMs) : since(firstTimestamp, nowMs);
}

function lastSeen(event: Event, nowMs: number): string {
  if (event.series !== undefined) return sinceMicro(event.series.lastObservedTime, nowMs);
  return event.lastTimestamp === null ? firstSeen(event, nowMs) : since(event.lastTimestamp, nowMs);
}

/** One that stands alone in the new API has no count. */
function timesSeen({ series, count }: Event): number {
  return series === undefined ? count || 1 : (series.count ?? 0);
}

function target({ involvedObject }: Event): string {
  const kind = (involvedObject.kind ?? "").toLowerCase();
  return involvedObject.name ? `${kind}/${involvedObject.name}` : kind;
}

function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source.component || reportingComponent;
  const instance = source.host || reportingInstance;
  return instance === "" ? component : `${component}, ${instance}`;
}

const LONGEST_WORDS = 128;
const LONGEST_MESSAGE = 1024;

/** What every event must have. @param controllerField what the version calls who reports */
export function checkEvent(event: Event, controllerField: string, issues: Issues): void {
  const { involvedObject, eventTime } = event;
  const namespace = event.metadata.namespace ?? "";
  const involved = involvedObject.namespace ?? "";
  const strange =
    eventTime === null
      ? involved !== namespace && !(involved === "" && namespace === "default")
      : involved === "" && namespace !== "default" && namespace !== "kube-system";
  if (strange) issues.push(invalid("involvedObject.namespace", involved, "does not match event.namespace"));
  if (eventTime !== null) checkReport(event, controllerField, issues);
  checkFormat(namespace, "namespace", dnsSubdomain, issues);
}

/** Events with a time of their own say more exactly who reports what. */
function checkReport(event: Event, controllerField: string, issues: Issues): void {
  const { reportingComponent, reportingInstance, action = "", reason = "", message = "" } = event;
  if (reportingComponent === "") issues.push(required(controllerField));
  checkFormat(reportingComponent, controllerField, qualifiedName, issues);
  for (const [field, value] of [
    ["reportingInstance", reportingInstance],
    ["action", action],
    ["reason", reason],
  ] as const) {
    if (value === "") issues.push(required(field));
    checkLength(value, field, LONGEST_WORDS, issues);
  }
  checkLength(message, "message", LONGEST_MESSAGE, issues);
}

function checkLength(value: string, field: string, most: number, issues: Issues): void {
  if (byteLength(value) > most) issues.push(invalid(field, "", `can have at most ${most} characters`));
}
