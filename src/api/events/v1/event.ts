import type { KubeObject } from "../../../machinery/object.ts";
import { Event as CoreEvent, eventColumns } from "../../core/v1/event.ts";
import type { Event as StoredEvent } from "../../generated/events-v1.ts";
import { facts } from "../../generated/resources.ts";
import { type Column, defineKind, type Kind } from "../../kind.ts";

export type Event = StoredEvent;

/** The events of the group events.k8s.io: the same objects as the core group's, under newer names. */
export const Event: Kind<Event> = defineKind(facts.events.v1.Event, {
  allowsCreateOnUpdate: true,
  view: { of: CoreEvent as unknown as Kind, fromStored, toStored },
  columns: eventColumns.map((column): Column<Event> => ({
    ...column,
    value: (event, nowMs) => column.value(toStored(event), nowMs),
  })),
  fields: {
    "regarding.kind": ({ regarding }) => regarding.kind ?? "",
    "regarding.namespace": ({ regarding }) => regarding.namespace ?? "",
    "regarding.name": ({ regarding }) => regarding.name ?? "",
    "regarding.uid": ({ regarding }) => regarding.uid ?? "",
    "regarding.apiVersion": ({ regarding }) => regarding.apiVersion ?? "",
    "regarding.resourceVersion": ({ regarding }) => regarding.resourceVersion ?? "",
    "regarding.fieldPath": ({ regarding }) => regarding.fieldPath ?? "",
    reason: ({ reason }) => reason ?? "",
    reportingController: ({ reportingController }) => reportingController ?? "",
    type: ({ type }) => type ?? "",
  },
});

/** Members of a core event that have another name here. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
]);
const STORED_NAMES: ReadonlyMap<string, string> = new Map([...RENAMED].map(([stored, name]) => [name, stored]));

function fromStored(stored: KubeObject): Event {
  const event = renamed(stored, RENAMED);
  event["apiVersion"] = "events.k8s.io/v1";
  for (const name of ["reportingController", "reportingInstance"]) if (event[name] === "") delete event[name];
  return event as unknown as Event;
}

function toStored(event: Event): CoreEvent {
  const stored = renamed(event, STORED_NAMES);
  stored["apiVersion"] = "v1";
  for (const name of ["reportingComponent", "reportingInstance"]) stored[name] ??= "";
  return stored as unknown as CoreEvent;
}

function renamed(object: object, names: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]));
}
