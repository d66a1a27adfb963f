import { merge } from "../../src/apiserver/answers/drafts.ts";
import type { Json, Step } from "./define-case.ts";

// What cases of whole control planes do again and again: they play the kubelet, wait for loops, and look at what those wrote.

export const CORE = "/api/v1/namespaces/{ns}";
export const APPS = "/apis/apps/v1/namespaces/{ns}";
export const BATCH = "/apis/batch/v1/namespaces/{ns}";

const strategic = { "content-type": "application/strategic-merge-patch+json" };

/** Creates an object at a collection. */
export function make(collection: string, name: string, content: object, metadata: object = {}): Step {
  return { ask: `POST ${collection}`, body: { metadata: { name, ...metadata }, ...content }, see: made };
}

/** Changes an object by a merge patch; what comes of it is looked at later, when the loops are done. */
export function change(path: string, body: object): Step {
  return { ask: `PATCH ${path}`, headers: merge, body, see: made };
}

export function remove(path: string, query = ""): Step {
  return {
    ask: `DELETE ${path}${query}`,
    see: ({ kind, status }) => ({ kind, status: kind === "Status" ? status : undefined }),
  };
}

/** Looks at an object once it is as wanted. */
export function look(path: string, until: (body: Json) => boolean, see?: (body: Json) => unknown): Step {
  return { ask: `GET ${path}`, until, ...(see === undefined ? {} : { see }) };
}

/** Looks at an object once its status and generation say that the loops have seen its last change. */
export function observed(path: string, until: (body: Json) => boolean): Step {
  return look(path, (body) => body.status.observedGeneration === body.metadata.generation && until(body));
}

/** Of two who write the same time of a condition both own it, and it is the same if it is the same second. */
export function withoutTimeOwners(value: Json): Json {
  return JSON.parse(
    JSON.stringify(value, (name, inner: Json) => (name === "f:lastTransitionTime" ? undefined : inner)),
  );
}

/** Waits until an object is gone. */
export function gone(path: string): Step {
  return look(
    path,
    ({ code }) => code === 404,
    ({ code }) => code,
  );
}

/** Waits for so many pods that nobody deletes and that the scheduler has seen, and remembers them under a name. */
export function pods(name: string, count: number, selector = ""): Step {
  return {
    ask: `GET ${CORE}/pods?labelSelector=${encodeURIComponent(selector)}`,
    as: name,
    until: ({ items }: Json) =>
      items.length === count &&
      items.every(
        ({ metadata, status }: Json) => metadata.deletionTimestamp === undefined && status.conditions !== undefined,
      ),
    see: ({ items }) => items.length,
  };
}

/** Plays the kubelet for pods that were remembered: they run, ready or not. */
export function run(name: string, count: number, isReady = true, first = 0): readonly Step[] {
  return Array.from({ length: count }, (_, index) =>
    setPod(`{${name}:items.${first + index}.metadata.name}`, running(isReady, index)),
  );
}

/** Plays the kubelet for pods whose work is done. */
export function end(name: string, count: number, phase: "Succeeded" | "Failed"): readonly Step[] {
  const exitCode = phase === "Failed" ? 3 : 0;
  const state = { terminated: { exitCode, reason: phase === "Failed" ? "Error" : "Completed", finishedAt: TIME } };
  const status = { phase, containerStatuses: [{ ...CONTAINER, ready: false, state }] };
  return Array.from({ length: count }, (_, index) => setPod(`{${name}:items.${index}.metadata.name}`, status));
}

/** Plays the kubelet for one pod. */
export function setPod(pod: string, status: object): Step {
  return {
    ask: `PATCH ${CORE}/pods/${pod}/status?fieldManager=kubelet`,
    headers: strategic,
    body: { status },
    see: made,
  };
}

export function running(isReady: boolean, index = 0): object {
  const status = isReady ? "True" : "False";
  const ip = `10.244.9.${index + 1}`;
  return {
    phase: "Running",
    podIP: ip,
    podIPs: [{ ip }],
    conditions: ["Ready", "ContainersReady"].map((type) => ({ type, status, lastTransitionTime: TIME })),
    containerStatuses: [{ ...CONTAINER, ready: isReady, started: true, state: { running: { startedAt: TIME } } }],
  };
}

const TIME = "2026-01-02T03:04:05Z";
const CONTAINER = { name: "main", image: "web:1", imageID: "web:1", restartCount: 0 };

/** Looks at all events of the namespace once there are so many of these reasons: what each says, in order of words. */
export function events(counts: Readonly<Record<string, number>>): Step {
  return {
    ask: `GET ${CORE}/events`,
    until: ({ items }: Json) =>
      Object.entries(counts).every(
        ([reason, count]) => items.filter((event: Json) => event.reason === reason).length >= count,
      ),
    see: ({ items }) =>
      [...new Set<string>(items.map(eventText).filter((text: string) => !byChance.test(text)))].toSorted((a, b) =>
        sortKey(a) < sortKey(b) ? -1 : 1,
      ),
  };
}

/** Said only if a loop has come by in that moment; that there are no nodes stands in the conditions of the pods. */
const byChance = /skip schedule deleting pod|no nodes available to schedule pods|Cancelling deletion of Pod/;

/** Ends of names that are made up have no order. */
function sortKey(text: string): string {
  return text.replaceAll(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "");
}

function eventText({ type, reason, message, involvedObject, source, reportingComponent, count }: Json): string {
  const from = source?.component ?? reportingComponent;
  return `${type} ${reason} ${involvedObject.kind}/${involvedObject.name} (${from}${count === undefined ? "" : ", counted"}): ${message}`;
}

/** Only that it was written: the whole object is looked at when the loops have come to rest. */
function made({ kind, message }: Json): unknown {
  return kind === "Status" ? { kind, message } : kind;
}

export const container = { name: "main", image: "web:1" };
export const podSpec = { containers: [container] };
export const labels = { app: "web" };
export const selector = { matchLabels: labels };
export const template = { metadata: { labels }, spec: podSpec };
