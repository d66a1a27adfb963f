import type { JSONSchemaProps } from "./generated/apiextensions-v1.ts";
import type { Issue } from "../machinery/issue.ts";
import type { MutableJsonObject } from "../machinery/json.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { ShapeOf } from "../machinery/shape.ts";
import type { CertificateReader } from "./certificates/reader.ts";

/**
 * A kind of object, declared once. Routing, discovery, OpenAPI, decoding, defaulting, validation, storing, tables and
 * field selectors all read this declaration; a CustomResourceDefinition becomes the same at run time.
 * @typeParam T the stored object.
 */
export interface Kind<T extends KubeObject = KubeObject> extends KindFacts<T>, KindRules<T> {
  /** `apps/v1`, or `v1` in the core group. */
  readonly apiVersion: string;
}

/** What the machine-readable definitions say of a kind; generated. */
export interface KindFacts<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly SubresourceFacts[];
  readonly shape: ShapeOf<T>;
  readonly listKind: string;
  /** Defaults that hold always but belong to the kind rather than to a struct: path → value. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

export interface SubresourceFacts {
  readonly name: string;
  readonly verbs: readonly string[];
  /** What its body is: the object itself, or another kind (Scale, Eviction, Binding, TokenRequest). */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What only a person can say of a kind. Every part may be left out: the kind is then served by its facts alone. */
export interface KindRules<T extends KubeObject = KubeObject> {
  /** Made of a definition at run time. Its objects have no protobuf form and no strategic patch. */
  readonly custom?: CustomRule;
  /**
   * How a body becomes an object, where the shape alone does not say it.
   * @param text the body's JSON text, where fields given twice are to be found
   * @throws DecodeError
   */
  decode?(
    body: object,
    text: string | undefined,
  ): { readonly value: MutableJsonObject; readonly unknown: readonly string[] };
  /**
   * What a stored object is shown as: its kind may have been defined otherwise when it was stored, or Kubernetes fills in on
   * reading what it has not stored. The same where nothing differs.
   */
  fromStored?(stored: KubeObject): T;
  /** Makes objects of other versions into those of the one that is named, where only somebody else can. */
  readonly conversion?: Conversion;
  /** Sets what depends on other fields, before the shape's own defaults. Works on the decoded body in place. */
  default?(object: MutableJsonObject): void;
  /** A new object keeps the status it comes with (nodes make themselves known with theirs), or the kind itself takes it away. */
  readonly keepsStatusOnCreate?: boolean;
  /**
   * What a write leaves as it was, whatever is sent, and makes nobody's: paths, by the subresource that is written, "" for the object
   * itself. Default: the status; by the status all but it and the metadata; by any other subresource nothing.
   */
  readonly resets?: Readonly<Record<string, readonly string[]>>;
  /** Takes out what belongs to features that Kubernetes leaves closed, once it is noted who has set it. */
  dropClosed?(object: MutableJsonObject): void;
  /** Adjusts a new object before it is checked: resets what clients may not set. Status is reset by itself. */
  prepareForCreate?(object: MutableJsonObject, context: RuleContext): void;
  prepareForUpdate?(object: MutableJsonObject, old: T, context: RuleContext): void;
  /** Everything that is wrong with the object by itself, in Kubernetes' order. Metadata is checked before, by the server. */
  validate?(object: T, context: RuleContext): Iterable<Issue>;
  /** What is wrong with the change; `validate` runs too. */
  validateUpdate?(object: T, old: T, context: RuleContext): Iterable<Issue>;
  /** What is wrong with a change by the status subresource. */
  validateStatusUpdate?(object: T, old: T, context: RuleContext): Iterable<Issue>;
  /** An annotation that Kubernetes makes of something else when it shows a whole object, and not with metadata alone. */
  readonly annotationOfWhole?: string;
  /** Warnings for who writes the object itself, sent as headers. */
  warnings?(object: T, old: T | undefined, context: RuleContext): Iterable<string>;
  /** Warnings for who writes its status. */
  statusWarnings?(object: T): Iterable<string>;
  /** The kind itself is on its way out: said with every answer about it. */
  readonly deprecated?: string;
  /** Warns whoever deletes an object without saying what becomes of its dependants. */
  readonly warnsOfOrphans?: string;
  /** How names are checked: a DNS-1123 subdomain unless said otherwise. */
  readonly nameRule?: NameRule;
  /** Finalizers need no domain: the check is that of Kubernetes' own kinds alone. */
  readonly anyFinalizer?: boolean;
  /** The prefix of a name is not looked at by itself, but as part of the name that is made of it. */
  readonly anyGenerateName?: boolean;
  /** What should be the prefix of a name is the whole of it. */
  readonly namesWhole?: true;
  /** What the kind checks in changed metadata, once the server has done so for all kinds alike. Default: the change. */
  readonly metadataChecks?: Readonly<Partial<Record<"update" | "status" | "finalize", readonly MetadataCheck[]>>>;
  /** What an update may not change is told before the rest is looked at: the metadata as a whole, and the object by itself. */
  readonly comparesFirst?: true;
  /** Counts `metadata.generation`: which part of the object is desired state. Absent: the kind has no generation. */
  desired?(object: T): unknown;
  /** Kubernetes takes what is given empty for another desired state than what is absent, though both are stored alike. */
  readonly mindsEmpty?: true;
  /** Fields that a field selector may name, beyond metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, FieldReader<T>>>;
  /** Columns of `kubectl get`: after Name, and with Age before the wide ones, unless they are listed themselves. */
  readonly columns?: readonly Column<T>[];
  /** Nothing but the name stands beside these columns: no age by itself. */
  readonly columnsAreAll?: boolean;
  readonly scale?: ScaleRule;
  /** Seconds of grace that a deletion gets; undefined deletes at once (pods wait for their kubelet). */
  gracePeriod?(object: T, requestedSeconds: number | undefined): GraceAnswer | undefined;
  readonly allowsCreateOnUpdate?: boolean;
  /** An update without resourceVersion is taken as unconditional. Default true. */
  readonly allowsUnconditionalUpdate?: boolean;
  /** Something beyond metadata keeps a deleted object: a namespace's own finalizers. */
  held?(object: T): boolean;
  /** What a deletion that has to wait writes into the object besides metadata. */
  markDeleted?(object: MutableJsonObject): void;
  /** A deletion at once answers the object and not a Status. */
  readonly answersDeleted?: boolean;
  /** What deletion does to dependants if the client says nothing. Default "background"; "never" whatever the client says. */
  readonly defaultPropagation?: "background" | "orphan" | "never";
  /** This version is another view of a stored one. */
  readonly view?: KindView<T>;
  /** Kubernetes knows no internal type of it, nor any other kind beside it: the scale of custom kinds. */
  readonly isVersioned?: true;
  /** The kind is answered, never stored: reviews. */
  readonly stored?: boolean;
}

/** @param apiVersion of the results, which come in the order of the objects @throws {StatusError} where that does not succeed */
export type Conversion = (objects: readonly KubeObject[], apiVersion: string) => Promise<readonly KubeObject[]>;

export interface CustomRule {
  /** As the definition has it. */
  readonly schema: JSONSchemaProps;
  /** What everybody is told who uses this version. */
  readonly deprecation?: string;
}

/** Reads a field for a selector. (A method's type, so that a kind of pods is a kind of objects.) */
export type FieldReader<T> = { read(object: T): string }["read"];

/** Metadata may be checked as a change, as a whole as if it were new, or both: what is wrong is then told as often. */
export type MetadataCheck = "change" | "whole";

export interface RuleContext {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Makes a UUID. */
  newUid(): string;
  /** The subresource by which the object is written, "" for the object itself. */
  readonly subresource: string;
  /** Who writes. */
  readonly user?: {
    readonly name: string;
    readonly uid: string;
    readonly groups: readonly string[];
    readonly extra: Readonly<Record<string, readonly string[]>>;
  };
  /** Reads certificates, where that is possible. */
  readonly certificates?: CertificateReader;
  /** Tells the client, where the object does not show it any more once it is prepared. */
  warn(text: string): void;
}

export type NameRule = "dns-subdomain" | "dns-label" | "dns-label-1035" | "path-segment" | "ip-address";

export interface GraceAnswer {
  readonly seconds: number;
}

export interface Column<T> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: "name" | "";
  /** 0 is always shown; 1 with `-o wide`. */
  readonly priority?: 0 | 1;
  readonly description?: string;
  /** @param nowMs for ages. */
  value(object: T, nowMs: number): string | number | boolean;
}

/** Where the scale subresource finds its figures. */
export interface ScaleRule {
  readonly replicas: string;
  readonly statusReplicas: string;
  /** The path of the selector: a LabelSelector, or a map of labels. */
  readonly selector: string;
}

/** Converts between a view and the version that is stored. */
export interface KindView<T extends KubeObject> {
  readonly of: Kind;
  fromStored(stored: KubeObject): T;
  toStored(object: T): KubeObject;
}

/** Declares a kind: the generated facts, and what only a person can say. */
export function defineKind<T extends KubeObject>(facts: KindFacts<T>, rules: KindRules<NoInfer<T>> = {}): Kind<T> {
  return { ...facts, ...rules, apiVersion: facts.group === "" ? facts.version : `${facts.group}/${facts.version}` };
}

/** The stored object that a kind declares: `type Pod = Stored<typeof Pod>`. */
export type Stored<K> = K extends Kind<infer T> ? T : never;

/** The store's key of an object: `apps/replicasets/default/web`, `core/nodes/node-1`. */
export function keyOf(kind: KindFacts, namespace: string | undefined, name: string): string {
  return `${prefixOf(kind, namespace)}${name}`;
}

/** The prefix of the keys of all objects of a kind, or of those in one namespace. */
export function prefixOf(kind: KindFacts, namespace?: string): string {
  const all = `${kind.group === "" ? "core" : kind.group}/${kind.plural}/`;
  return namespace === undefined || namespace === "" || !kind.namespaced ? all : `${all}${namespace}/`;
}
