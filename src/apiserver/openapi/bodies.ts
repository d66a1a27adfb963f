import type { Kind } from "../../api/kind.ts";
import { shapes } from "../../api/generated/shapes.ts";
import { customObjectSchema } from "./custom-schema.ts";
import type { Definitions, Schema } from "./definitions.ts";
import type { Operation, Subject } from "./operations.ts";

/** Gives the schema of a kind that was defined at run time, as its definition says it; undefined for built-in kinds. */
export type CustomSchema = (kind: Kind) => Schema | undefined;

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const GROUP_KIND = "x-kubernetes-group-version-kind";

/** The schemas of what operations take and give, each a reference to a definition. */
export interface Bodies {
  taken(operation: Operation): Schema | undefined;
  given(operation: Operation): Schema;
  /** A definition of the API's own machinery, such as `APIResourceList`. */
  meta(name: string): Schema;
}

export function bodiesIn(definitions: Definitions, customSchema: CustomSchema): Bodies {
  const meta = (name: string): Schema => {
    if (name === "Patch") return definitions.named(`${META}.Patch`, () => ({ type: "object" }));
    return definitions.struct(shapes(`${META}.${name}`));
  };
  /** Kinds that every group and version has. */
  const common = (name: string, { group, version }: Subject): Schema => {
    const reference = meta(name);
    addGroupKind(definitions, `${META}.${name}`, "", "v1", name);
    addGroupKind(definitions, `${META}.${name}`, group, version, name);
    return reference;
  };
  const object = (subject: Subject): Schema => {
    const { group, version, kind, of } = subject;
    const isOwn = kind === of.kind && group === of.group && version === of.version;
    const custom = isOwn ? customSchema(of) : undefined;
    const name = isOwn ? definitionName(of) : bodyName(subject);
    const reference =
      custom === undefined
        ? definitions.struct(isOwn && of.shape.name !== "" ? of.shape : shapes(name))
        : definitions.named(name, () => customObjectSchema(custom, definitions));
    addGroupKind(definitions, name, group, version, kind);
    return reference;
  };
  const list = (subject: Subject): Schema => {
    const items = object(subject);
    const { of } = subject;
    const name = `${definitionName(of)}List`;
    const known = shapes.names.includes(name);
    const reference = known
      ? definitions.struct(shapes(name))
      : definitions.named(name, () => listSchema(items, definitions));
    addGroupKind(definitions, name, of.group, of.version, of.listKind);
    return reference;
  };
  return {
    meta,
    taken({ body, subject }) {
      if (body === undefined) return undefined;
      if (body === "patch") return meta("Patch");
      return body === "object" ? object(subject) : common("DeleteOptions", subject);
    },
    given({ answer, subject }) {
      switch (answer) {
        case "object":
          return object(subject);
        case "list":
          return list(subject);
        case "status":
          return deletedStatus(definitions, meta);
        case "event":
          return common("WatchEvent", subject);
        case "text":
          return { type: "string" };
      }
    },
  };
}

/** The name of a kind's definition: that of its struct, or its group backwards. */
function definitionName(kind: Kind): string {
  if (kind.shape.name !== "") return kind.shape.name;
  return `${kind.group.split(".").toReversed().join(".")}.${kind.version}.${kind.kind}`;
}

/** The definition of a subresource's body; all of them are built in. */
function bodyName({ group, version, kind }: Subject): string {
  const room = group === "" ? "core" : group.split(".", 1)[0]!;
  return `io.k8s.api.${room}.${version}.${kind}`;
}

function deletedStatus(definitions: Definitions, meta: (name: string) => Schema): Schema {
  const reference = meta("Status");
  addGroupKind(definitions, `${META}.Status`, "", "v1", "Status");
  return reference;
}

function addGroupKind(definitions: Definitions, name: string, group: string, version: string, kind: string): void {
  const definition = definitions.get(name);
  if (definition === undefined) return;
  const known = (definition[GROUP_KIND] ??= []) as Record<string, string>[];
  if (known.some((each) => each["group"] === group && each["version"] === version && each["kind"] === kind)) return;
  known.push({ group, kind, version });
}

function listSchema(items: Schema, definitions: Definitions): Schema {
  return {
    type: "object",
    properties: {
      apiVersion: { type: "string" },
      items: { type: "array", items },
      kind: { type: "string" },
      metadata: definitions.struct(shapes(`${META}.ListMeta`)),
    },
    required: ["items"],
  };
}
