import { jsonText } from "../../machinery/exact-json.ts";
import { copyJson } from "../../machinery/decode-compile.ts";
import { humanDuration } from "../../machinery/duration.ts";
import { invalid, type Issue } from "../../machinery/issue.ts";
import type { Json, JsonObject, MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { parseTime } from "../../machinery/time.ts";
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from "../generated/apiextensions-v1.ts";
import {
  type Column,
  type Conversion,
  defineKind,
  type Kind,
  type KindFacts,
  type KindRules,
  type SubresourceFacts,
} from "../kind.ts";
import { versionOrder } from "../version-order.ts";
import { decodeCustom, defaultCustom } from "./decode.ts";
import { jsonPath } from "./json-path.ts";
import { shapeOfKind } from "./shape.ts";
import { checkRules, hasRules } from "./rules.ts";
import { checkScale } from "./scale.ts";
import { structureIssues } from "./structure.ts";
import { checkValue } from "./validate.ts";

/**
 * The kinds that a definition makes, one a served version: the same declaration as of built-in kinds, made at run time. All
 * are stored in the storage version; the others are views of it.
 * @param conversion between the versions; without one they differ in their apiVersion alone
 */
export function customKinds(definition: CustomResourceDefinition, conversion?: Conversion): readonly Kind[] {
  const { versions } = definition.spec;
  const storage = versions.find((version) => version.storage);
  if (storage === undefined) return [];
  const converted = (kind: Kind): Kind => (conversion === undefined ? kind : { ...kind, conversion });
  const stored = converted(kindOf(definition, storage));
  return versions
    .filter(({ served }) => served)
    .map((version) => (version === storage ? stored : converted(viewOf(stored, definition, version))));
}

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

function kindOf(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Kind {
  const { group, scope } = definition.spec;
  const {
    plural,
    singular = "",
    kind,
    listKind = `${kind}List`,
    shortNames = [],
    categories = [],
  } = definition.status.acceptedNames;
  const schema = version.schema?.openAPIV3Schema ?? {};
  const facts: KindFacts = {
    group,
    version: version.name,
    kind,
    plural,
    singular,
    listKind,
    namespaced: scope === "Namespaced",
    verbs: VERBS,
    shortNames,
    categories,
    subresources: subresourcesOf(definition, version),
    shape: shapeOfKind(schema),
    defaults: {},
  };
  return defineKind(facts, rulesOf(version, schema, facts, deprecationOf(definition, version)));
}

function rulesOf(
  version: CustomResourceDefinitionVersion,
  schema: JSONSchemaProps,
  facts: KindFacts,
  deprecation: string | undefined,
): KindRules {
  const hasStatus = version.subresources?.status !== undefined;
  const apiVersion = `${facts.group}/${facts.version}`;
  const scale = version.subresources?.scale;
  const issuesOf = (object: KubeObject): Issue[] => {
    const value = object as unknown as JsonObject;
    return [
      ...checkValue(value, schema, ""),
      ...structureIssues(value, schema, ""),
      ...checkScale(value, scale, "all"),
    ];
  };
  return {
    custom: { schema, ...(deprecation === undefined ? {} : { deprecation }) },
    decode: (body, text) => decodeCustom(schema, body, text),
    default: (object) => defaultCustom(object, schema),
    anyFinalizer: true,
    warnings: (object, old) => finalizerWarnings(object, old),
    validate(object) {
      const issues = issuesOf(object);
      // A change is held against the rules with what was before.
      const isNew = object.metadata.resourceVersion === undefined;
      return isNew ? [...issues, ...rulesOver(issues, object as never, undefined, schema, "")] : issues;
    },
    validateUpdate: (object, old) =>
      hasRules(schema) ? rulesOver(issuesOf(object), object as never, old as never, schema, "") : [],
    validateStatusUpdate(object, old) {
      const value = object as unknown as JsonObject;
      const { status } = value;
      const own = schema.properties?.["status"];
      const issues = status === undefined || own === undefined ? [] : [...statusIssues(status, own)];
      const before = (old as unknown as JsonObject)["status"];
      const broken = own === undefined ? [] : rulesOver(issues, status, before, own, "status");
      return [...issues, ...broken, ...checkScale(value, scale, "status")];
    },
    fromStored: (stored) => shown(stored, apiVersion, schema),
    prepareForCreate(object) {
      if (hasStatus) delete object["status"];
    },
    resets: { "": hasStatus ? ["status"] : [], status: ["spec", "metadata"] },
    desired(object) {
      const { metadata: _metadata, status, ...desired } = object as KubeObject & { readonly status?: Json };
      return hasStatus ? desired : { ...desired, status };
    },
    allowsUnconditionalUpdate: false,
    columns: columnsOf(version),
    columnsAreAll: true,
    fields: Object.fromEntries(
      (version.selectableFields ?? []).map(({ jsonPath: path }) => {
        const read = jsonPath(path);
        return [path.replace(/^\./, ""), (object: KubeObject) => String(read(object)[0] ?? "")] as const;
      }),
    ),
    ...scaleOf(version),
  };
}

/** What a stored object is now: another version may have been stored, and another schema may have held. */
function shown(stored: KubeObject, apiVersion: string, schema: JSONSchemaProps): KubeObject {
  const object = copyJson(stored) as MutableJsonObject;
  object["apiVersion"] = apiVersion;
  const { value } = decodeCustom(schema, object, undefined);
  defaultCustom(value, schema);
  return sameJson(value, stored) ? stored : (value as unknown as KubeObject);
}

function viewOf(stored: Kind, definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Kind {
  const kind = kindOf(definition, version);
  const { fromStored } = kind;
  return {
    ...kind,
    view: {
      of: stored,
      fromStored: fromStored!,
      toStored: (object) => ({ ...object, apiVersion: stored.apiVersion }),
    },
  };
}

function subresourcesOf({ spec, status }: CustomResourceDefinition, version: CustomResourceDefinitionVersion) {
  const own = { group: spec.group, version: version.name, kind: status.acceptedNames.kind };
  const verbs = ["get", "patch", "update"];
  const all: SubresourceFacts[] = [];
  if (version.subresources?.status !== undefined) all.push({ name: "status", verbs, ...own });
  if (version.subresources?.scale !== undefined) {
    all.push({ name: "scale", verbs, group: "autoscaling", version: "v1", kind: "Scale" });
  }
  return all;
}

function scaleOf({ subresources }: CustomResourceDefinitionVersion): Pick<KindRules, "scale"> {
  const scale = subresources?.scale;
  if (scale === undefined) return {};
  const bare = (path: string) => path.replace(/^\./, "");
  return {
    scale: {
      replicas: bare(scale.specReplicasPath),
      statusReplicas: bare(scale.statusReplicasPath),
      selector: bare(scale.labelSelectorPath ?? ""),
    },
  };
}

const AGE: CustomResourceColumnDefinition = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
};

function columnsOf({
  additionalPrinterColumns = [AGE],
}: CustomResourceDefinitionVersion): readonly Column<KubeObject>[] {
  return additionalPrinterColumns.map((column): Column<KubeObject> => {
    const { name, type, format = "", priority = 0 } = column;
    const described =
      column.description ?? `Custom resource definition column (in JSONPath format): ${column.jsonPath}`;
    const read = jsonPath(column.jsonPath);
    return {
      name,
      type: type as Column<KubeObject>["type"],
      format: format as "",
      ...(column === AGE ? {} : { description: described }),
      priority: priority as 0 | 1,
      value: (object, nowMs) => cellOf(type, read(object), nowMs) as string,
    };
  });
}

/** What a column shows of the values at its path; null shows nothing. */
function cellOf(type: string, values: readonly unknown[], nowMs: number): string | number | bigint | boolean | null {
  const [value] = values;
  if (value === undefined || value === null) return null;
  switch (type) {
    case "integer":
      if (typeof value === "bigint") return value;
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? ageOf(value, nowMs) : null;
    default:
      return values.map((each) => (typeof each === "object" ? jsonText(each) : String(each))).join(" ");
  }
}

function ageOf(text: string, nowMs: number): string {
  try {
    return humanDuration(nowMs - parseTime(text));
  } catch {
    return "<invalid>";
  }
}

const OWN_FINALIZERS = new Set(["orphan", "foregroundDeletion", "kubernetes"]);

/** Names of finalizers that others could take as well. */
function* finalizerWarnings({ metadata }: KubeObject, old: KubeObject | undefined): Iterable<string> {
  for (const [index, name] of (metadata.finalizers ?? []).entries()) {
    if (name.includes("/") || OWN_FINALIZERS.has(name) || old?.metadata.finalizers?.includes(name) === true) continue;
    const path = name.includes(".") ? " including a path (/)" : "";
    const why = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    yield `metadata.finalizers[${index}]: "${name}": ${why}`;
  }
}

/** What rules need to be true, to be asked at all. */
const BLOCKING: ReadonlySet<string> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

/** What a schema's rules say of a value in which these issues were found. */
function rulesOver(
  issues: readonly Issue[],
  value: Json | undefined,
  old: Json | undefined,
  schema: JSONSchemaProps,
  at: string,
): readonly Issue[] {
  if (!hasRules(schema)) return [];
  if (!issues.some(({ type }) => BLOCKING.has(type))) return [...checkRules(value, old, schema, at)];
  const why =
    "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
  return [invalid("<nil>", null, why)];
}

/** The status is checked by itself: texts do not say where it stands. */
function* statusIssues(status: Json, schema: JSONSchemaProps): Iterable<Issue> {
  for (const issue of checkValue(status, schema, "")) {
    yield issue.field === "<nil>" ? issue : { ...issue, field: `status.${issue.field}` };
  }
  yield* structureIssues(status, schema, "status");
}

/** What everybody is told who uses a version that is to go. */
function deprecationOf(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): string | undefined {
  if (version.deprecated !== true) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const named = (name: string) => `${spec.group}/${name} ${spec.names.kind}`;
  const others = spec.versions.filter(
    ({ name, served, deprecated }) => served && deprecated !== true && name !== version.name,
  );
  const [best] = others.map(({ name }) => name).toSorted(versionOrder);
  const instead = best !== undefined && versionOrder(best, version.name) < 0 ? `; use ${named(best)}` : "";
  return `${named(version.name)} is deprecated${instead}`;
}
