import type { KubeObject } from "../machinery/object.ts";

/** Tells users what happened to an object, as Events. Never waits and never fails: what cannot be written is dropped and counted. */
export interface EventRecorder {
  /** @param reason one word in CamelCase. @param message for people; the same message on the same object is counted up. */
  record(object: EventTarget, type: "Normal" | "Warning", reason: string, message: string): void;
}

/** The object an event is about, and optionally the part of it (`spec.containers{web}`). */
export type EventTarget = KubeObject | { readonly object: KubeObject; readonly fieldPath: string };
