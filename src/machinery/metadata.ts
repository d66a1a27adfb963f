import { asPrefix, byteLength, dnsLabel, type FormatCheck, labelValue, pathSegment, qualifiedName } from "./formats.ts";
import { forbidden, invalid, type Issue, quoted, required } from "./issue.ts";
import type { Mutable, ObjectMeta, OwnerReference } from "./object.ts";

/** Annotations together may be this large: 256 KiB. */
const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** What a kind asks of metadata. */
export interface MetadataRules {
  readonly namespaced: boolean;
  readonly name: FormatCheck;
  readonly anyFinalizer?: boolean;
  readonly anyGenerateName?: boolean;
}

/** Everything that is wrong with the metadata of a new object, in Kubernetes' order. */
export function* metadataIssues(metadata: Partial<ObjectMeta>, rules: MetadataRules): Iterable<Issue> {
  const { name = "", generateName = "", namespace = "" } = metadata;
  if (rules.anyGenerateName !== true) yield* generateNameIssues(generateName, rules.name);
  if (name === "") yield required("metadata.name", "name or generateName is required");
  else for (const problem of rules.name(name)) yield invalid("metadata.name", name, problem);
  if (rules.namespaced) {
    if (namespace === "") yield required("metadata.namespace");
    else for (const problem of dnsLabel(namespace)) yield invalid("metadata.namespace", namespace, problem);
  } else if (namespace !== "") {
    yield forbidden("metadata.namespace", "not allowed on this type");
  }
  if ((metadata.generation ?? 0) < 0) {
    yield invalid("metadata.generation", metadata.generation, "must be greater than or equal to 0");
  }
  yield* commonIssues(metadata);
  yield* finalizerIssues(metadata.finalizers ?? []);
  if (rules.anyFinalizer !== true) yield* ownFinalizerIssues(metadata.finalizers ?? []);
}

/** What an update of metadata could change, or try to. */
export const OPEN_TO_UPDATES: readonly (keyof ObjectMeta)[] = [
  "deletionTimestamp",
  "selfLink",
  "labels",
  "annotations",
  "finalizers",
  "ownerReferences",
];

/** Puts parts of metadata back to what they were. */
export function keepMetadata(
  metadata: Partial<Mutable<ObjectMeta>>,
  live: ObjectMeta,
  names: readonly (keyof ObjectMeta)[],
): void {
  for (const name of names) {
    if (live[name] === undefined) delete metadata[name];
    else Object.assign(metadata, { [name]: structuredClone(live[name]) });
  }
}

/** Everything that is wrong with a change of metadata. */
export function* metadataUpdateIssues(metadata: Partial<ObjectMeta>, old: ObjectMeta): Iterable<Issue> {
  if (old.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((name) => !old.finalizers?.includes(name)).toSorted();
    if (added.length > 0) {
      const shown = `[]string{${added.map(quoted).join(", ")}}`;
      yield forbidden(
        "metadata.finalizers",
        `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`,
      );
    }
  }
  if ((metadata.resourceVersion ?? "") === "") {
    yield invalid("metadata.resourceVersion", metadata.resourceVersion ?? "", "must be specified for an update");
  }
  for (const field of IMMUTABLE_FIELDS) {
    if (metadata[field] !== old[field]) yield invalid(`metadata.${field}`, metadata[field], "field is immutable");
  }
  yield* commonIssues(metadata);
}

const IMMUTABLE_FIELDS = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

/** Finalizers without a domain are Kubernetes' own. */
export function* ownFinalizerIssues(finalizers: readonly string[]): Iterable<Issue> {
  for (const [index, name] of finalizers.entries()) {
    if (name.includes("/") || OWN_FINALIZERS.has(name)) continue;
    const problem = "name is neither a standard finalizer name nor is it fully qualified";
    yield invalid(`metadata.finalizers[${index}]`, name, problem);
  }
}

const OWN_FINALIZERS = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** What every object's name must satisfy, whatever its kind says: it stands in a path. */
export function* nameIssues({ name = "", generateName = "" }: Partial<ObjectMeta>): Iterable<Issue> {
  yield* generateNameIssues(generateName, pathSegment);
  for (const problem of pathSegment(name)) yield invalid("metadata.name", name, problem);
}

function* generateNameIssues(generateName: string, check: FormatCheck): Iterable<Issue> {
  if (generateName === "") return;
  for (const problem of asPrefix(check)(generateName)) yield invalid("metadata.generateName", generateName, problem);
}

export function* labelIssues(labels: Readonly<Record<string, string>>, field: string): Iterable<Issue> {
  for (const [key, value] of Object.entries(labels)) {
    for (const problem of qualifiedName(key)) yield invalid(field, key, problem);
    for (const problem of labelValue(value)) yield invalid(field, value, problem);
  }
}

export function* annotationIssues(annotations: Readonly<Record<string, string>>, field: string): Iterable<Issue> {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    // Only the prefix's case is free: Kubernetes checks the key in lower case.
    for (const problem of qualifiedName(key.toLowerCase())) yield invalid(field, key, problem);
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > ANNOTATIONS_LIMIT_BYTES) {
    yield {
      type: "FieldValueTooLong",
      field,
      body: `Too long: may not be more than ${ANNOTATIONS_LIMIT_BYTES} bytes`,
    };
  }
}

function* commonIssues(metadata: Partial<ObjectMeta>): Iterable<Issue> {
  if (metadata.labels !== undefined) yield* labelIssues(metadata.labels, "metadata.labels");
  if (metadata.annotations !== undefined) yield* annotationIssues(metadata.annotations, "metadata.annotations");
  if (metadata.ownerReferences !== undefined) yield* ownerIssues(metadata.ownerReferences);
}

function* ownerIssues(owners: readonly OwnerReference[]): Iterable<Issue> {
  const field = "metadata.ownerReferences";
  let controller: string | undefined;
  for (const owner of owners) {
    if (!/(^|\/)[^/]+$/.test(owner.apiVersion ?? ""))
      yield invalid(`${field}.apiVersion`, owner.apiVersion ?? "", "version must not be empty");
    for (const part of ["kind", "name", "uid"] as const) {
      if ((owner[part] ?? "") === "") yield invalid(`${field}.${part}`, "", "must not be empty");
    }
    if (owner.apiVersion === "v1" && owner.kind === "Event") {
      yield invalid(field, owner, "/v1, Kind=Event is disallowed from being an owner");
    }
    if (owner.controller !== true) continue;
    const named = `${owner.kind}/${owner.name}`;
    if (controller === undefined) controller = named;
    else {
      yield invalid(
        field,
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${named}`,
      );
    }
  }
}

function* finalizerIssues(finalizers: readonly string[]): Iterable<Issue> {
  for (const name of finalizers) {
    for (const problem of qualifiedName(name)) yield invalid("metadata.finalizers", name, problem);
  }
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    yield invalid("metadata.finalizers", finalizers, "finalizer foregroundDeletion and orphan cannot be both set");
  }
}
