import { canonicalAddress } from "../../api/addresses.ts";
import { type Kind, keyOf, type NameRule, type RuleContext } from "../../api/kind.ts";
import { randomName, uuid } from "../../base/random.ts";
import { dnsLabel, dnsLabel1035, dnsSubdomain, type FormatCheck, pathSegment } from "../../machinery/formats.ts";
import type { Issue } from "../../machinery/issue.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { metadataIssues, type MetadataRules, nameIssues } from "../../machinery/metadata.ts";
import type { KubeObject, Mutable, ObjectMeta } from "../../machinery/object.ts";
import { alreadyExistsError, badRequest, failure, invalidError } from "../../machinery/status.ts";
import { zeroOf } from "../../machinery/ownership/update.ts";
import { formatTime } from "../../machinery/time.ts";
import { type Entry, KeyExists } from "../../store/contract.ts";
import { entryOutcome, type ObjectOutcome, objectOutcome, type Operation } from "../operation.ts";
import { admissionRequest } from "./admit.ts";
import { describeChange } from "./changed.ts";
import { inOrder } from "./codec.ts";
import {
  groupKindOf,
  isDryRun,
  recordOf,
  resourceOf,
  ruleContext,
  type StorageContext,
  storedKind,
} from "./context.ts";
import { checkCustomType } from "./decode-custom.ts";
import { decodeBody } from "./decode-body.ts";
import { ownedOnCreate } from "./ownership.ts";
import { withoutTwiceNamedOwners } from "./owner-references.ts";
import { hasStatusSubresource } from "./resets.ts";
import { prepareViews, shownForm, storedForm, viewEntry } from "./view.ts";

/** Kubernetes tries this often to find a free generated name. */
const NAME_ATTEMPTS = 8;
const GENERATED_LENGTH = 5;
const LONGEST_PREFIX = 63 - GENERATED_LENGTH;

export async function createObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  const object = decodeBody(operation);
  return createDecoded(context, operation, object);
}

/** Creates an object that is already decoded and defaulted: also the end of an apply or an update that creates. */
export async function createDecoded(
  context: StorageContext,
  operation: Operation,
  object: MutableJsonObject,
  managed?: (object: MutableJsonObject) => void,
): Promise<ObjectOutcome> {
  const { kind } = operation;
  const metadata = metadataOf(object);
  setNamespace(operation, metadata);
  const generated = (metadata.name ?? "") === "" && (metadata.generateName ?? "") !== "";
  const { resourceVersion } = metadata;
  // What creates by the way, an update or an apply, is not asked about a deletion that never was.
  if (operation.verb === "create") {
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.selfLink;
  }
  setSystemFields(context, metadata);
  if (operation.verb === "create") withoutTwiceNamedOwners(operation, object, "before");
  if (managed === undefined) ownedOnCreate(context, operation, object);
  else managed(object);
  using reserved = new DisposableStack();
  // Who admits sees an object whose name is still to be made.
  const name = generated ? metadata.generateName! : metadata.name!;
  await context.admission.admit(admissionRequest(operation, "CREATE", { object, name, reserved }));
  withoutTwiceNamedOwners(operation, object, "after");
  for (let attempt = 1; ; attempt++) {
    if (generated) metadata.name = generateName(context, kind, metadata.generateName!);
    const request = admissionRequest(operation, "CREATE", { object, name: metadata.name! });
    prepare(context, operation, object);
    if (kind.custom !== undefined) checkCustomType(kind, object);
    const issues = validate(context, operation, object as unknown as KubeObject);
    if (issues.length > 0) throw invalidError(groupKindOf(kind), metadata.name ?? "", issues);
    warn(context, operation, object as unknown as KubeObject);
    await context.admission.validate(request);
    if (isDryRun(operation)) return dryCreate(context, operation, object, resourceVersion);
    // It is storing that minds a version, and not where an update or an apply comes to create.
    if (operation.verb === "create") refuseVersion(resourceVersion);
    delete metadata.selfLink;
    try {
      const outcome = await write(context, operation, object as unknown as KubeObject);
      reserved.move();
      return outcome;
    } catch (error) {
      if (!(error instanceof KeyExists)) throw error;
      const key = keyOf(storedKind(kind), metadata.namespace, metadata.name!);
      if (!generated || attempt === NAME_ATTEMPTS) throw nameTaken(kind, metadata, context.store.get(key));
    }
  }
}

async function write(context: StorageContext, operation: Operation, object: KubeObject): Promise<ObjectOutcome> {
  const { kind } = operation;
  const stored = kind.view === undefined ? object : await storedForm(kind, object);
  const key = keyOf(storedKind(kind), object.metadata.namespace, object.metadata.name);
  const entry = await context.store.create(key, stored, recordOf(operation, describeChange(undefined, stored)));
  if (kind.conversion !== undefined) await prepareViews(kind, [entry]);
  return entryOutcome(kind, viewEntry(kind, entry), 201);
}

/** @param resourceVersion which the client sent: what is never stored keeps it */
function dryCreate(
  context: StorageContext,
  operation: Operation,
  object: MutableJsonObject,
  resourceVersion: string | undefined,
): ObjectOutcome {
  const { kind } = operation;
  const metadata = metadataOf(object);
  const taken = context.store.get(keyOf(storedKind(kind), metadata.namespace, metadata.name!));
  if (taken !== undefined) throw nameTaken(kind, metadata, taken);
  if (resourceVersion !== undefined) metadata.resourceVersion = resourceVersion;
  return objectOutcome(kind, inOrder(shownForm(kind, object as unknown as KubeObject)), 201);
}

/** The object's metadata, for building; made where the body has none. */
export function metadataOf(object: MutableJsonObject): Partial<Mutable<ObjectMeta>> {
  return (object["metadata"] ??= {}) as Partial<Mutable<ObjectMeta>>;
}

/** The namespace of the request is that of the object; an object of the whole cluster has none. @throws {StatusError} 400 where they differ. */
export function setNamespace(operation: Operation, metadata: Partial<Mutable<ObjectMeta>>): void {
  if (!operation.kind.namespaced) {
    delete metadata.namespace;
    return;
  }
  const requested = operation.namespace ?? "";
  if ((metadata.namespace ?? "") === "") metadata.namespace = requested;
  else if (metadata.namespace !== requested) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

/** Kubernetes minds a version that might be one, and drops all else. @throws {StatusError} 500 */
function refuseVersion(version = ""): void {
  if (!/^\d+$/.test(version) || Number(version) === 0) return;
  throw failure(500, "", "resourceVersion should not be set on objects to be created");
}

function setSystemFields({ clock, random }: StorageContext, metadata: Partial<Mutable<ObjectMeta>>): void {
  delete metadata.resourceVersion;
  // The rules of a kind may look at the name, whether or not there is one.
  metadata.name ??= "";
  metadata.uid = uuid(random);
  metadata.creationTimestamp = formatTime(clock.now());
}

function generateName({ random }: StorageContext, { namesWhole }: Kind, prefix: string): string {
  if (namesWhole === true) return prefix;
  return `${prefix.slice(0, LONGEST_PREFIX)}${randomName(random, GENERATED_LENGTH)}`;
}

/** Resets what a client may not set on a new object: the status, where it is a subresource, and what the kind says. */
function prepare(context: StorageContext, operation: Operation, object: MutableJsonObject): void {
  const { kind } = operation;
  if (hasStatusSubresource(kind) && kind.keepsStatusOnCreate !== true) resetStatus(kind, object);
  kind.dropClosed?.(object);
  kind.prepareForCreate?.(object, creationContext(context, operation));
  if (kind.desired !== undefined) metadataOf(object).generation = 1;
}

/** A status that is no pointer is always there, with those of its members that are never left out. */
function resetStatus(kind: Kind, object: MutableJsonObject): void {
  const field = kind.shape.fields["status"];
  if (field === undefined) return;
  delete object["status"];
  if (!field.pointer && field.shape.type === "struct")
    object["status"] = structuredClone(zeroOf(field.shape)) as MutableJsonObject;
}

/** A creation by whatever way makes the whole object. */
function creationContext(context: StorageContext, operation: Operation): RuleContext {
  return { ...ruleContext(context, operation), subresource: "" };
}

/** What the server asks of metadata of all kinds alike comes last, and only where all else is well. */
function validate(context: StorageContext, operation: Operation, object: KubeObject): readonly Issue[] {
  const { kind } = operation;
  const ofKind = kind.validate?.(object, creationContext(context, operation)) ?? [];
  // A kind may leave metadata to the server altogether.
  if (kind.metadataChecks?.update?.length === 0 && kind.validate !== undefined) {
    const issues = [...ofKind];
    return issues.length > 0 ? issues : [...metadataIssues(object.metadata, metadataRules(kind))];
  }
  const issues = [...metadataIssues(object.metadata, metadataRules(kind)), ...ofKind];
  return issues.length > 0 ? issues : [...nameIssues(object.metadata)];
}

function warn(context: StorageContext, operation: Operation, object: KubeObject): void {
  const warnings = operation.kind.warnings?.(object, undefined, creationContext(context, operation));
  for (const text of warnings ?? []) operation.warn(text);
}

export function metadataRules({
  namespaced,
  nameRule,
  anyFinalizer = false,
  anyGenerateName = false,
}: Kind): MetadataRules {
  return { namespaced, name: nameCheck(nameRule), anyFinalizer, anyGenerateName };
}

function nameCheck(rule: NameRule = "dns-subdomain"): FormatCheck {
  return NAME_CHECKS[rule];
}

const NAME_CHECKS: Readonly<Record<NameRule, FormatCheck>> = {
  "dns-subdomain": dnsSubdomain,
  "dns-label": dnsLabel,
  "dns-label-1035": dnsLabel1035,
  "path-segment": pathSegment,
  "ip-address": canonicalAddress,
};

/** Kubernetes takes a name for generated wherever there is a prefix for one. */
function nameTaken(
  kind: Kind,
  { name = "", generateName = "" }: Partial<ObjectMeta>,
  present: Entry<KubeObject> | undefined,
): Error {
  const error = alreadyExistsError(resourceOf(generateName === "" ? kind : storedKind(kind)), name);
  const { message, details } = error.status;
  const going = present?.value.metadata.deletionTimestamp === undefined ? "" : "object is being deleted: ";
  if (generateName === "") return failure(409, "AlreadyExists", `${going}${message}`, details);
  const why = `${message}, the server was not able to generate a unique name for the object`;
  return failure(409, "AlreadyExists", `${going}${why}`, { ...details, retryAfterSeconds: 1 });
}
