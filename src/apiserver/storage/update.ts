import { type Kind, keyOf, type MetadataCheck, type RuleContext } from "../../api/kind.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { pathSegment } from "../../machinery/formats.ts";
import { hasGivenEmpty } from "../../machinery/given-empty.ts";
import { type Issue, quoted } from "../../machinery/issue.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { metadataIssues, metadataUpdateIssues, ownFinalizerIssues } from "../../machinery/metadata.ts";
import type { KubeObject, Mutable, ObjectMeta } from "../../machinery/object.ts";
import { badRequest, conflictError, failure, invalidError, notFoundError } from "../../machinery/status.ts";
import { type Entry, RevisionMismatch } from "../../store/contract.ts";
import { entryOutcome, type ObjectOutcome, objectOutcome, type Operation } from "../operation.ts";
import { admissionRequest } from "./admit.ts";
import { describeChange } from "./changed.ts";
import { inOrder } from "./codec.ts";
import {
  findEntry,
  groupKindOf,
  isDryRun,
  recordOf,
  resourceOf,
  ruleContext,
  type StorageContext,
  storedKind,
} from "./context.ts";
import { createDecoded, metadataOf, metadataRules, setNamespace } from "./create.ts";
import { checkCustomType } from "./decode-custom.ts";
import { decodeBody, defaultObject } from "./decode-body.ts";
import { ownedOnUpdate } from "./ownership.ts";
import { withoutTwiceNamedOwners } from "./owner-references.ts";
import { keepAllButStatus, keepResets } from "./resets.ts";
import { prepareViews, shownForm, storedForm, viewEntry } from "./view.ts";

/** How often a write that names no revision is tried again over changes that came between. */
const ATTEMPTS = 10;
const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

export async function updateObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  const { kind } = operation;
  const body = namedBody(operation);
  withoutTwiceNamedOwners(operation, body, "before");
  if (findEntry(context, operation) === undefined && createsOnUpdate(operation)) {
    const { name = "", namespace, resourceVersion, ...own } = metadataOf(body);
    checkUid(operation, own, { name, namespace, uid: "" });
    refuseNoVersion(resourceVersion);
    return createDecoded(context, operation, body);
  }
  let unused: MutableJsonObject | undefined = body;
  return modify(context, operation, (live) => {
    // What an attempt has been given it changes; the next one reads the body anew.
    const object = unused ?? namedBody(operation);
    unused = undefined;
    const own = metadataOf(object);
    checkUid(operation, own, live.metadata);
    checkRevision(kind, own, live);
    own.resourceVersion = live.metadata.resourceVersion;
    return { object, manage: (next) => ownedOnUpdate(context, operation, live, next) };
  });
}

/** Whether a write of what is not there makes it: by the status, too, of kinds that let an update create. */
export function createsOnUpdate({ kind, subresource }: Operation): boolean {
  return kind.allowsCreateOnUpdate === true && (subresource === undefined || subresource === "status");
}

/** The body, decoded, under the name and in the namespace of the request. @throws {StatusError} 400 */
export function namedBody(operation: Operation): MutableJsonObject {
  const body = decodeBody(operation);
  const metadata = metadataOf(body);
  setNamespace(operation, metadata);
  if ((metadata.name ?? "") === "") {
    throw badRequest(
      `the name of the object (${operation.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata.name !== operation.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${operation.name})`,
    );
  }
  return body;
}

/** What a write makes of the present object. */
export interface Modification {
  /** The whole next object, decoded and defaulted, owned by the caller. */
  readonly object: MutableJsonObject;
  /** Sets the managed fields, once the parts that this write may not touch are back to what they were. */
  readonly manage: (object: MutableJsonObject, live: KubeObject) => void;
  /** Its defaults are filled in after it is checked. */
  readonly lacksDefaults?: boolean;
  /** The server's own write: status and all, whatever the subresource. */
  readonly wholeObject?: true;
}

/**
 * Replaces the present object by what `compute` makes of it: the common way of update, patch and apply. Tries again over
 * changes that came between, as long as `compute` itself does not refuse them.
 */
export async function modify(
  context: StorageContext,
  operation: Operation,
  compute: (live: KubeObject, entry: Entry<KubeObject>) => Modification | Promise<Modification>,
): Promise<ObjectOutcome> {
  for (let attempt = 1; ; attempt++) {
    const stored = findEntry(context, operation);
    if (stored === undefined) throw notFoundError(resourceOf(operation.kind), operation.name ?? "");
    if (operation.kind.conversion !== undefined) await prepareViews(operation.kind, [stored]);
    const live = viewEntry(operation.kind, stored);
    const modification = await compute(live.value, live);
    using reserved = new DisposableStack();
    const next = await prepared(context, operation, live.value, modification, reserved);
    try {
      const outcome = await write(context, operation, stored, live, next);
      reserved.move();
      return outcome;
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
      if (attempt === ATTEMPTS) throw conflictError(resourceOf(operation.kind), operation.name ?? "", MODIFIED);
      await context.store.caughtUp();
    }
  }
}

async function prepared(
  context: StorageContext,
  operation: Operation,
  live: KubeObject,
  { object, manage, lacksDefaults, wholeObject }: Modification,
  reserved: DisposableStack,
): Promise<KubeObject> {
  const { kind, subresource = "" } = operation;
  const rules = ruleContext(context, operation);
  keepSystemFields(metadataOf(object), live.metadata);
  // What the server itself writes is not up to the rules for clients.
  if (wholeObject === true) return object as unknown as KubeObject;
  keepResets(kind, subresource, object, live);
  manage(object, live);
  if (subresource === "status") keepAllButStatus(object, live);
  keepDeletion(metadataOf(object), live.metadata);
  const request = admissionRequest(operation, "UPDATE", { object, old: live, name: live.metadata.name, reserved });
  await context.admission.admit(request);
  withoutTwiceNamedOwners(operation, object, "after");
  kind.dropClosed?.(object);
  kind.prepareForUpdate?.(object, live, rules);
  const next = object as unknown as KubeObject;
  if (subresource !== "status") countGeneration(kind, object, next, live);
  if (kind.custom !== undefined) checkCustomType(kind, object);
  const issues = [...changeIssues(kind, next, live, rules)];
  if (issues.length > 0) throw invalidError(groupKindOf(kind), live.metadata.name, issues);
  if (lacksDefaults === true) defaultObject(kind, object);
  for (const text of warningsOf(kind, next, live, rules)) operation.warn(text);
  await context.admission.validate(request);
  return next;
}

/** Of the subresources, the scale alone is a change of the object itself. */
function warningsOf(kind: Kind, next: KubeObject, live: KubeObject, rules: RuleContext): Iterable<string> {
  const { subresource } = rules;
  if (subresource === "status") return kind.statusWarnings?.(next) ?? [];
  return subresource === "" || subresource === "scale" ? (kind.warnings?.(next, live, rules) ?? []) : [];
}

/**
 * Kubernetes looks at metadata for all kinds alike, and then most kinds do so again, each in its way. A kind that begins
 * with the whole of it looks at all the rest first, before it comes to what has changed.
 */
function* changeIssues(kind: Kind, next: KubeObject, live: KubeObject, rules: RuleContext): Iterable<Issue> {
  const { metadata } = next;
  const ofStatus = rules.subresource === "status";
  const wholeRules = metadataRules(kind);
  yield* metadataIssues(metadata, { ...wholeRules, name: pathSegment, anyFinalizer: true });
  yield* metadataUpdateIssues(metadata, live.metadata);
  const checks = checksOf(kind, rules.subresource) ?? ["change"];
  const first = checks[0] === "whole" ? 1 : checks.length;
  const checked = function* (some: readonly MetadataCheck[]): Iterable<Issue> {
    for (const check of some) {
      if (check === "whole") yield* metadataIssues(metadata, wholeRules);
      else {
        yield* metadataUpdateIssues(metadata, live.metadata);
        if (kind.anyFinalizer !== true) yield* ownFinalizerIssues(metadata.finalizers ?? []);
      }
    }
  };
  yield* checked(checks.slice(0, first));
  if (ofStatus) yield* kind.validateStatusUpdate?.(next, live, rules) ?? [];
  else if (kind.comparesFirst === true) {
    yield* kind.validateUpdate?.(next, live, rules) ?? [];
    yield* checked(["whole"]);
    yield* kind.validate?.(next, rules) ?? [];
  } else {
    yield* kind.validate?.(next, rules) ?? [];
    yield* checked(checks.slice(first));
    yield* kind.validateUpdate?.(next, live, rules) ?? [];
  }
}

/**
 * Whether there is something to be stored. When owners wrote is none for itself; but Kubernetes looks at that while the object still
 * has the selfLink that was sent, which nothing stored has.
 */
function isChange(operation: Operation, live: KubeObject, next: KubeObject): boolean {
  const { selfLink, ...metadata } = next.metadata;
  if (selfLink === undefined) return !sameJson(withoutTimes(next), withoutTimes(live));
  return isDryRun(operation) || !sameJson({ ...next, metadata }, live);
}

/** Of the subresources that have no checks of their own, those of the object hold. */
function checksOf({ metadataChecks = {} }: Kind, subresource: string): readonly MetadataCheck[] | undefined {
  if (subresource === "status") return metadataChecks.status;
  return (subresource === "finalize" ? metadataChecks.finalize : undefined) ?? metadataChecks.update;
}

async function write(
  context: StorageContext,
  operation: Operation,
  stored: Entry<KubeObject>,
  live: Entry<KubeObject>,
  next: KubeObject,
): Promise<ObjectOutcome> {
  const { kind } = operation;
  const changes = isChange(operation, live.value, next);
  if (!isDryRun(operation)) delete metadataOf(next as unknown as MutableJsonObject).selfLink;
  // What is shown with more than was stored is stored anew by the next write, even by one that changes nothing.
  const isShownAsStored = live === stored || kind.view !== undefined;
  const object = changes ? next : live.value;
  const isGoing = isFinished(object, live.value) && kind.held?.(object) !== true;
  if (!changes && !isGoing && isShownAsStored) return entryOutcome(kind, live);
  if (isDryRun(operation)) return objectOutcome(kind, inOrder(shownForm(kind, object)));
  const value = kind.view === undefined ? object : await storedForm(kind, object);
  const key = keyOf(storedKind(kind), operation.namespace, live.value.metadata.name);
  const record = recordOf(operation, describeChange(kind.view === undefined ? live.value : stored.value, value));
  if (isGoing) {
    // The change itself is never stored: watchers see the object go as it was, the writer sees what it wrote.
    await context.store.delete(key, stored.revision, record);
    return objectOutcome(kind, inOrder(object));
  }
  const entry = await context.store.update(key, value, stored.revision, record);
  if (kind.conversion !== undefined) await prepareViews(kind, [entry]);
  return entryOutcome(kind, viewEntry(kind, entry));
}

/** When fields were managed is no change by itself. */
function withoutTimes(object: KubeObject): KubeObject {
  const { managedFields } = object.metadata;
  if (managedFields === undefined) return object;
  const timeless = managedFields.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: timeless } };
}

/** A deleted object goes with the first write after its last finalizer has, whatever is written, once nothing waits for its grace. */
function isFinished({ metadata }: KubeObject, { metadata: before }: KubeObject): boolean {
  return (
    before.deletionTimestamp !== undefined &&
    (metadata.finalizers?.length ?? 0) === 0 &&
    (before.deletionGracePeriodSeconds ?? 0) === 0
  );
}

/** @throws {StatusError} 409 where the object is not the one, or not the version, that was meant. */
export function checkRevision(kind: Kind, metadata: Partial<ObjectMeta>, live: KubeObject): void {
  const { resourceVersion = "" } = metadata;
  const name = live.metadata.name;
  if (resourceVersion === "" || resourceVersion === "0") {
    if (kind.allowsUnconditionalUpdate !== false) return;
    const issue: Issue = {
      type: "FieldValueInvalid",
      field: "metadata.resourceVersion",
      body: "Invalid value: 0: must be specified for an update",
    };
    // Kubernetes names the resource here where the kind is meant.
    throw invalidError(resourceOf(kind), name, [issue]);
  }
  refuseNoVersion(resourceVersion);
  if (resourceVersion !== live.metadata.resourceVersion) throw conflictError(resourceOf(kind), name, MODIFIED);
}

/** @throws {StatusError} 500 for a text that is no version */
export function refuseNoVersion(resourceVersion = ""): void {
  if (/^\d*$/.test(resourceVersion)) return;
  throw failure(500, "", `strconv.ParseUint: parsing ${quoted(resourceVersion)}: invalid syntax`);
}

/** Where Kubernetes keeps the objects of its first kinds; those of the others are in a folder of their plural's name. */
const FOLDERS: Readonly<Record<string, string>> = {
  replicationcontrollers: "controllers",
  endpoints: "services/endpoints",
  nodes: "minions",
  services: "services/specs",
  ingresses: "ingress",
};

/** @throws {StatusError} 409 that tells, as Kubernetes does, where its store keeps the object */
export function checkUid(operation: Operation, { uid = "" }: Partial<ObjectMeta>, present: Identity): void {
  if (uid !== "" && uid !== present.uid) throw unmet(operation, present, "UID", uid, present.uid);
}

/** The same for a version that a question wants still to be there. */
export function checkVersion(
  operation: Operation,
  { resourceVersion = "" }: Partial<ObjectMeta>,
  present: Identity & Pick<ObjectMeta, "resourceVersion">,
): void {
  if (resourceVersion === "" || resourceVersion === present.resourceVersion) return;
  throw unmet(operation, present, "ResourceVersion", resourceVersion, present.resourceVersion);
}

function unmet(operation: Operation, present: Identity, what: string, wanted: string, found: string): Error {
  const place = present.namespace === undefined ? present.name : `${present.namespace}/${present.name}`;
  const why = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`;
  const { kind } = operation;
  const folder = `${isDryRun(operation) ? "" : "/registry"}/${FOLDERS[kind.plural] ?? kind.plural}`;
  const store = `StorageError: invalid object, Code: 4, Key: ${folder}/${place}, ResourceVersion: 0`;
  return conflictError(resourceOf(kind), present.name, `${store}, AdditionalErrorMsg: ${why}`);
}

/** What is there under a name; what is not has an empty uid. */
interface Identity {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
}

/** What no client may change or needs to repeat. */
function keepSystemFields(metadata: Partial<Mutable<ObjectMeta>>, live: ObjectMeta): void {
  if ((metadata.uid ?? "") === "") metadata.uid = live.uid;
  metadata.creationTimestamp = live.creationTimestamp;
  if ((metadata.resourceVersion ?? "") === "") metadata.resourceVersion = live.resourceVersion;
  if (live.generation === undefined) delete metadata.generation;
  else metadata.generation = live.generation;
}

/** What is left out is nobody's field any more, and comes back; another time than the present one is noted, and dropped. */
function keepDeletion(metadata: Partial<Mutable<ObjectMeta>>, live: ObjectMeta): void {
  if (live.deletionTimestamp !== undefined) metadata.deletionTimestamp = live.deletionTimestamp;
  if (live.deletionGracePeriodSeconds !== undefined) {
    metadata.deletionGracePeriodSeconds ??= live.deletionGracePeriodSeconds;
  }
}

function countGeneration(kind: Kind, object: MutableJsonObject, next: KubeObject, live: KubeObject): void {
  if (kind.desired === undefined) return;
  const desired = kind.desired(next);
  if (sameJson(desired, kind.desired(live)) && !(kind.mindsEmpty === true && hasGivenEmpty(desired))) return;
  metadataOf(object).generation = (live.metadata.generation ?? 0) + 1;
}

/** Writes a change that the server itself makes to a present object (a binding, a scale): no body, no decoding. */
export function replacing(context: StorageContext, operation: Operation, object: KubeObject): Modification {
  return {
    object: structuredClone(object) as unknown as MutableJsonObject,
    manage: (next, live) => ownedOnUpdate(context, operation, live, next),
  };
}
