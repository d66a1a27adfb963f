import { since, sinceMicro } from "../../columns.ts";
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
  { name: "Count", type: "string", priority: 1, value: ({ series, count }) => series?.count ?? (count || 1) },
  { name: "Name", type: "string", format: "name", priority: 1, value: ({ metadata }) => metadata.name },
];

export const Event: Kind<Event> = defineKind(facts.core.v1.Event, {
  allowsCreateOnUpdate: true,
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
});

function firstSeen({ firstTimestamp, eventTime }: Event, nowMs: number): string {
  return firstTimestamp === null ? sinceMicro(eventTime, nowMs) : since(firstTimestamp, nowMs);
}

function lastSeen(event: Event, nowMs: number): string {
  if (event.series !== undefined) return sinceMicro(event.series.lastObservedTime, nowMs);
  return event.lastTimestamp === null ? firstSeen(event, nowMs) : since(event.lastTimestamp, nowMs);
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
