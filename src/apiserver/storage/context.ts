import type { CertificateReader } from "../../api/certificates/reader.ts";
import type { Kind, RuleContext } from "../../api/kind.ts";
import { keyOf } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import type { Clock } from "../../base/clock.ts";
import { type Random, uuid } from "../../base/random.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { GroupName } from "../../machinery/status.ts";
import type { Entry, Store, WriteOptions } from "../../store/contract.ts";
import type { Admission } from "../admission/admission.ts";
import type { Operation } from "../operation.ts";

/** What the verbs work with. */
export interface StorageContext {
  readonly store: Store<KubeObject>;
  readonly registry: KindRegistry;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly random: Random;
  readonly certificates?: CertificateReader;
}

/** What the rules of kinds may know of a write. */
export function ruleContext(context: StorageContext, operation: Operation): RuleContext {
  const { clock, random, certificates } = context;
  const { user, subresource = "" } = operation;
  return {
    nowMs: clock.now(),
    newUid: () => uuid(random),
    subresource,
    user,
    ...(certificates === undefined ? {} : { certificates }),
    warn: (text) => operation.warn(text),
  };
}

/** The kind under which an object is stored: a view's is that of another version. */
export function storedKind(kind: Kind): Kind {
  return kind.view?.of ?? kind;
}

export function resourceOf(kind: Kind): GroupName {
  return { group: kind.group, name: kind.plural };
}

/** What messages call a kind: a view goes by the name of what is stored. */
export function groupKindOf(kind: Kind): GroupName {
  return { group: storedKind(kind).group, name: kind.kind };
}

export function findEntry(context: StorageContext, operation: Operation): Entry<KubeObject> | undefined {
  return context.store.get(keyOf(storedKind(operation.kind), operation.namespace, operation.name ?? ""));
}

/** What the store remembers of this change beside the object. */
export function recordOf(operation: Operation, changed: readonly string[]): WriteOptions {
  return {
    record: {
      at: operation.receivedAtMs,
      user: operation.user.name,
      verb: operation.subresource === undefined ? operation.verb : `${operation.verb} ${operation.subresource}`,
      cause: operation.cause ?? { actor: operation.userAgent, saw: [] },
      ...(changed.length === 0 ? {} : { changed }),
    },
  };
}

export function isDryRun(operation: Operation): boolean {
  return operation.options.dryRun?.includes("All") ?? false;
}
