/**
 * The shape of a kind, as generated from Kubernetes' machine-readable definitions. Decoding, pruning, defaulting,
 * patching, field ownership, protobuf and OpenAPI are all driven by it; none of them knows a kind by name.
 */
export type Shape = ScalarShape | StructShape | ListShape | MapShape | AnyShape;

export interface ScalarShape {
  readonly type: "string" | "integer" | "number" | "boolean";
  /**
   * What a string or number stands for: `date-time` (metav1.Time), `micro-time`, `duration`, `quantity`,
   * `int-or-string` (type is "string"), `byte` (base64), `int32`, `int64`, `double`.
   */
  readonly format?: ScalarFormat;
  readonly enum?: readonly string[];
}

export type ScalarFormat =
  | "date-time"
  | "micro-time"
  | "duration"
  | "quantity"
  | "int-or-string"
  | "byte"
  | "int32"
  | "int64"
  | "double";

export interface StructShape {
  readonly type: "struct";
  /** The definition's OpenAPI name, such as `io.k8s.api.apps.v1.ReplicaSetSpec`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** True where server-side apply owns the struct as one value. */
  readonly atomic: boolean;
  /** What members beside the fields are, where there may be any: custom kinds can keep what their schema does not know. */
  readonly rest?: Shape;
}

export interface ListShape {
  readonly type: "list";
  readonly items: Shape;
  /** How server-side apply merges it. */
  readonly listType: "atomic" | "set" | "map";
  /** The keys of a `map` list, in order. */
  readonly mapKeys: readonly string[];
  /** In protobuf the list is a message of its own, with the items as its field 1. */
  readonly wrapped?: boolean;
}

export interface MapShape {
  readonly type: "map";
  readonly values: Shape;
  readonly atomic: boolean;
}

/** Any JSON (RawExtension, JSON, FieldsV1), kept as it is; or one of two forms in the schema of a CustomResourceDefinition. */
export interface AnyShape {
  readonly type: "any";
  readonly protobuf: "raw-extension" | "json" | "fields-v1" | SchemaChoice;
  /** The schema that a `SchemaChoice` may hold. */
  readonly schema?: StructShape;
  /** Objects in it are owned member by member, at every level; all else as a whole. */
  readonly granular?: boolean;
}

/** A schema, or else a boolean, a list of schemas, a list of strings. */
export type SchemaChoice = "schema-or-bool" | "schema-or-array" | "schema-or-strings";

export interface Field {
  readonly shape: Shape;
  /** Position in Go's struct, which is the order in which Kubernetes writes fields. */
  readonly order: number;
  readonly required: boolean;
  /** A Go pointer: null and absent are the same, and a zero value is told from absence. */
  readonly pointer: boolean;
  /** Kubernetes leaves it out when it is zero (`omitempty`, or `omitzero` for structs and times). */
  readonly omitEmpty: boolean;
  /** The value that defaulting always gives; conditional defaults are the kind's own `default`. */
  readonly default?: unknown;
  readonly protobuf?: ProtobufField;
  /** Strategic merge patch: `merge`, `replace`, `retainKeys` or `merge,retainKeys`, and the key of a merged list. */
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  /** What Go calls its type, which refusals name, where the shape does not tell: `v1.Protocol`. */
  readonly goType?: string;
  /** The structs that Go inlines around it, outermost first, which refusals name as well. */
  readonly inlined?: readonly string[];
}

export interface ProtobufField {
  readonly number: number;
  readonly wire: "varint" | "bytes" | "fixed64" | "fixed32";
  /**
   * The numbers of the messages between, outermost first: JSON flattens what Go inlines (a Volume's source, a Probe's
   * handler), protobuf does not.
   */
  readonly within?: readonly number[];
}

/** A struct's shape that remembers the TypeScript type it describes. */
export type ShapeOf<T> = StructShape & { readonly described?: T };
