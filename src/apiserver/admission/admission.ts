import type { Kind } from "../../api/kind.ts";
import type { CallOptions } from "../../client/call.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { User } from "../auth/user.ts";

/** A write on its way into the store, as admission sees it. */
export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly user: User;
  /** What the object is, where it is not of the kind: the options of an `exec`. */
  readonly objectKind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** The object to be written; absent for deletions. Only `admit` may change it. */
  readonly object?: MutableJsonObject;
  readonly old?: KubeObject;
  /** What is set aside for an object that is to be stored; it is given back where that does not come to pass. */
  readonly reserved?: DisposableStack;
  readonly options: CallOptions;
  readonly dryRun: boolean;
  readonly warn: (text: string) => void;
}

/** One rule that stands before writes: it may fill in an object (`admit`) and refuse it (`validate`), by StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  admit?(request: AdmissionRequest): void | Promise<void>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

export interface Admission {
  admit(request: AdmissionRequest): Promise<void>;
  validate(request: AdmissionRequest): Promise<void>;
}

/** Runs the plugins in their order. */
export function createAdmission(plugins: readonly AdmissionPlugin[]): Admission {
  const admitting = plugins.filter((plugin) => plugin.admit !== undefined);
  const validating = plugins.filter((plugin) => plugin.validate !== undefined);
  return {
    async admit(request) {
      for (const plugin of admitting) {
        const waiting = plugin.admit!(request);
        if (waiting !== undefined) await waiting;
      }
    },
    async validate(request) {
      for (const plugin of validating) {
        const waiting = plugin.validate!(request);
        if (waiting !== undefined) await waiting;
      }
    },
  };
}
