import type { Event } from "../../api/generated/core-v1.ts";
import { parseMicroTime, parseTime } from "../../machinery/time.ts";
import type { StorySource } from "./assemble.ts";
import type { Step } from "./story.ts";

interface About {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Undefined for an object that is gone: then its name has to do. */
  readonly uid: string | undefined;
}

/** What components said about an object, each when it was first said; those about objects of no namespace are in `default`. */
export async function eventsAbout({ store }: StorySource, about: About, startMs: number): Promise<readonly Step[]> {
  const { entries } = store.list(`core/events/${about.namespace ?? "default"}/`);
  const steps: Step[] = [];
  for (const { key, value, revision } of entries) {
    const event = value as Event;
    const { involvedObject: object } = event;
    if (object.kind !== about.kind || object.name !== about.name) continue;
    if (about.uid !== undefined && object.uid !== undefined && object.uid !== about.uid) continue;
    const first = (await store.records(key)).find(({ type }) => type === "create");
    const atMs = first?.at ?? saidAt(event);
    const count = event.series?.count ?? event.count ?? 1;
    steps.push({
      key,
      object: `Event ${event.metadata.namespace}/${event.metadata.name}`,
      revision: first?.revision ?? revision,
      atMs,
      sinceStartMs: atMs - startMs,
      part: "event",
      who: { actor: componentOf(event), user: first?.user ?? "" },
      what: `says ${event.reason ?? "something"}`,
      ...(event.message === undefined ? {} : { why: event.message }),
      saw: [],
      facts: { type: event.type ?? "Normal", ...(count > 1 ? { count, lastSaidAtMs: lastSaidAt(event) } : {}) },
      details: [],
    });
  }
  return steps;
}

function componentOf({ reportingComponent, source, reportingInstance }: Event): string {
  const component = reportingComponent === "" ? (source.component ?? "") : reportingComponent;
  const instance = source.host ?? reportingInstance;
  return instance === "" ? component : `${component}/${instance}`;
}

function saidAt({ eventTime, firstTimestamp, metadata }: Event): number {
  return eventTime === null ? parseTime(firstTimestamp ?? metadata.creationTimestamp) : parseMicroTime(eventTime);
}

function lastSaidAt({ series, lastTimestamp, metadata }: Event): number {
  const last = series?.lastObservedTime ?? null;
  return last === null ? parseTime(lastTimestamp ?? metadata.creationTimestamp) : parseMicroTime(last);
}
