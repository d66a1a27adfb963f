import type { RecordLimits } from "../../../store/engine.ts";

/** What the worker is started with. */
export interface WorkerStart {
  readonly file: string;
  readonly maxBytes: number | undefined;
  readonly recordLimits: RecordLimits;
}

/** What the engine asks of its worker. Batches cross in the form of `store/batch-format.ts`, moved and not copied. */
export type Request =
  /** A part of the entries: those after a revision, as many as make a good message. */
  | { readonly type: "load"; readonly after: number }
  | { readonly type: "commit"; readonly batch: Uint8Array<ArrayBuffer> }
  | { readonly type: "records"; readonly key: string }
  | { readonly type: "recordsAfter"; readonly revision: number; readonly limit: number }
  | { readonly type: "close" };

/** A record as the database holds it: its key, and itself as JSON. */
export type RecordRow = readonly [key: string, text: string];

export type Reply =
  | { readonly id: number; readonly type: "done" }
  /** A batch of no changes is the last one. */
  | { readonly id: number; readonly type: "loaded"; readonly batch: Uint8Array; readonly until: number }
  | { readonly id: number; readonly type: "records"; readonly rows: readonly RecordRow[] }
  | { readonly id: number; readonly type: "failed"; readonly failure: Failure };

/** An error in a form that crosses threads. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
}

export type FailureKind = "full" | "in use" | "too new" | "damaged" | "failed";
