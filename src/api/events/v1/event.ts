import { dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid, required } from "../../../machinery/issue.ts";
import { metadataIssues, metadataUpdateIssues, ownFinalizerIssues } from "../../../machinery/metadata.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import { checkEvent, Event as CoreEvent, eventColumns } from "../../core/v1/event.ts";
import { internalForm } from "../../core/v1/pod-diff/internal-form.ts";
import type { Event as StoredEvent } from "../../generated/events-v1.ts";
import { facts } from "../../generated/resources.ts";
import { type Column, defineKind, type Kind } from "../../kind.ts";

export type Event = StoredEvent;

/** The events of the group events.k8s.io: the same objects as the core group's, under newer names. */
export const Event: Kind<Event> = defineKind(facts.events.v1.Event, {
  // They are looked at between what core events must have and what is new here.
  metadataChecks: { update: [] },
  allowsCreateOnUpdate: true,
  defaultPropagation: "never",
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
  validate(event) {
    const issues: Issues = [];
    checkEvent(toStored(event), "reportingController", issues);
    if (event.metadata.resourceVersion !== undefined) return issues;
    issues.push(...metadataIssues(event.metadata, { namespaced: true, name: dnsSubdomain }));
    checkNew(event, issues);
    return issues;
  },
  validateUpdate(event, old) {
    const issues: Issues = [...metadataUpdateIssues(event.metadata, old.metadata)];
    issues.push(...ownFinalizerIssues(event.metadata.finalizers ?? []));
    if (!sameJson(event.series, old.series)) checkSeries(event, issues);
    for (const [field, name] of FIXED) {
      if (!sameJson(event[name], old[name])) issues.push(invalid(field, shownAs(field, event[name]), IMMUTABLE));
    }
    return issues;
  },
});

/** What an update may not change: its name in messages, which is the stored one's, and here. */
const FIXED: readonly (readonly [field: string, name: keyof Event])[] = [
  ["involvedObject", "regarding"],
  ["reason", "reason"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reason", "reason"],
  ["type", "type"],
  ["eventTime", "eventTime"],
  ["action", "action"],
  ["related", "related"],
  ["reportingController", "reportingController"],
  ["reportingInstance", "reportingInstance"],
];
const ZEROS: Readonly<Record<string, unknown>> = { firstTimestamp: null, lastTimestamp: null, count: 0, related: null };

/** Structures that messages show as Kubernetes' server holds them. */
const STRUCTURES: Readonly<Record<string, string>> = {
  involvedObject: "ObjectReference",
  related: "ObjectReference",
  source: "EventSource",
};

function shownAs(field: string, value: unknown): unknown {
  if (value === undefined) return field in ZEROS ? ZEROS[field] : "";
  const structure = STRUCTURES[field];
  return structure === undefined ? value : internalForm(structure, value as object);
}

/** A new event may use nothing of the old ways. */
function checkNew(event: Event, issues: Issues): void {
  checkSeries(event, issues);
  if (event.eventTime === null) issues.push(required("eventTime"));
  const { type = "", deprecatedSource: source } = event;
  if (type !== "Normal" && type !== "Warning") issues.push(invalid("type", "", `has invalid value: ${type}`));
  const unset = "needs to be unset";
  if (event.deprecatedFirstTimestamp !== null) issues.push(invalid("firstTimestamp", "", unset));
  if (event.deprecatedLastTimestamp !== null) issues.push(invalid("lastTimestamp", "", unset));
  if (event.deprecatedCount) issues.push(invalid("count", "", unset));
  if (source.component || source.host) issues.push(invalid("source", "", unset));
}

function checkSeries({ series }: Event, issues: Issues): void {
  if (series === undefined) return;
  if ((series.count ?? 0) < 2) issues.push(invalid("series.count", "", "should be at least 2"));
  if (series.lastObservedTime === null) issues.push(required("series.lastObservedTime"));
}

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
