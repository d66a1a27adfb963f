import type { Kind } from "../../api/kind.ts";
import { goJsonType, jsonOfGo } from "../../machinery/go-json.ts";
import { invalid } from "../../machinery/issue.ts";
import { strictProblems } from "../../machinery/decode-problems.ts";
import { hasDuplicateMembers } from "../../machinery/json-text.ts";
import { copyJson } from "../../machinery/decode-compile.ts";
import type { Json, JsonObject, MutableJson, MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { applyJsonPatch, applyJsonPatchInOrder, readJsonPatch } from "../../machinery/patch/json-patch.ts";
import { mergePatch } from "../../machinery/patch/merge-patch.ts";
import { printType } from "../../machinery/ownership/apply.ts";
import { allSorted, inShapeOrder, orderAfterMerge } from "../../machinery/patch/touched-order.ts";
import { restoreProblem } from "../../machinery/patch/restore.ts";
import { describeValue } from "../../machinery/patch/strategic-problems.ts";
import { strategicMergePatch } from "../../machinery/patch/strategic.ts";
import { wrapIntegers } from "../../machinery/patch/wrap-integers.ts";
import {
  badRequest,
  conflictError,
  failure,
  invalidError,
  notFoundError,
  StatusError,
  unsupportedMediaType,
} from "../../machinery/status.ts";
import { typeProblem } from "../../machinery/type-problem.ts";
import type { ObjectOutcome, Operation } from "../operation.ts";
import { findEntry, resourceOf, type StorageContext } from "./context.ts";
import { createDecoded, metadataOf } from "./create.ts";
import { decodeObject, type Refuse, reportUnknown } from "./decode-body.ts";
import { checkVersioned, isOfSomeVersion, decodeCustomPatched } from "./decode-custom.ts";
import { decodeInternal, hasNoVersion } from "./decode-internal.ts";
import { applied, ownedOnUpdate, setManagedFields } from "./ownership.ts";
import { checkRevision, createsOnUpdate, type Modification, modify, refuseNoVersion } from "./update.ts";

export function patchObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  if (operation.patchType === "application/apply-patch+yaml") return applyObject(context, operation);
  if (findEntry(context, operation) === undefined) {
    throw notFoundError(resourceOf(operation.kind), operation.name ?? "");
  }
  const patched = patching(context, operation);
  return modify(context, operation, (live) => {
    const { resourceVersion, ...modification } = patched(live);
    checkRevision(operation.kind, { resourceVersion }, live);
    return modification;
  });
}

interface Patched extends Modification {
  /** The version that is meant. */
  readonly resourceVersion: string;
}

/** Reads the patch once; it may be laid over several versions, as changes come between. */
export function patching(context: StorageContext, operation: Operation): (live: KubeObject) => Patched {
  if (operation.patchType === "application/apply-patch+yaml") {
    const config = configOf(operation);
    return (live) => overlaid(context, operation, live, config);
  }
  const patch = readPatch(operation);
  const twice = givenTwice(operation);
  return (live) => {
    const result = patch(live);
    const object = decodePatched(operation, result, twice);
    checkIdentity(operation, object);
    checkVersioned(object);
    // A patch that names a revision means just that version; another uid is a change that validation refuses.
    const { resourceVersion = "" } = metadataOf(object);
    return {
      object,
      resourceVersion,
      lacksDefaults: !("left" in result) && hasNoVersion(operation.kind, result.patched),
      manage: isOfSomeVersion(operation.kind, object)
        ? (next) => ownedOnUpdate(context, operation, live, next)
        : (next) => setManagedFields(next, []),
    };
  };
}

/** @throws {StatusError} 422 where it is none, that shows the patched object, or the patch if it is a strategic one. */
function decodePatched(operation: Operation, result: Result, twice: readonly string[]): MutableJsonObject {
  const { kind } = operation;
  const refusal = (shown: string, why: string) =>
    invalidError({ group: "", name: "" }, "", [invalid("patch", shown, why)]);
  if ("left" in result) {
    const { patched, left } = result;
    const refuse = (problem: string) =>
      refusal(describeValue(left as MutableJson), restoreProblem(kind.shape, patched) ?? problem);
    reportUnknown(operation, twice, refuse);
    return decodeObject(operation, kind, ofOwnKind(kind, wrapIntegers(kind.shape, patched)), refuse);
  }
  const { patched, asGoHas } = result;
  const refuse = (problem: string) => {
    const document = asGoHas();
    return refusal(jsonOfGo(document), firstProblem(operation, document) ?? problem);
  };
  reportUnknown(operation, twice, refuse);
  return decodeDocument(operation, patched, refuse, asGoHas);
}

/** A strategic patch is laid over an object of Go's type, which has its kind whatever name and version it is given. */
function ofOwnKind({ apiVersion, kind }: Kind, patched: unknown): unknown {
  const given = patched as Readonly<Record<string, unknown>>;
  const or = (name: string, own: string) => (typeof (given[name] ?? "") === "string" ? own : given[name]);
  return { ...given, apiVersion: or("apiVersion", apiVersion), kind: or("kind", kind) };
}

/** @param asGoHas the document with its members in the order in which problems are told */
function decodeDocument(
  operation: Operation,
  document: unknown,
  refuse: Refuse,
  asGoHas: () => Json,
): MutableJsonObject {
  const { kind } = operation;
  const problem = typeProblem(document);
  if (problem !== undefined) throw refuse(problem);
  if (kind.custom !== undefined) return decodeCustomPatched(operation, document as JsonObject, refuse, asGoHas);
  if (hasNoVersion(kind, document)) return decodeInternal(operation, asGoHas() as JsonObject, refuse);
  return decodeObject(operation, kind, document, refuse, asGoHas);
}

/** Of several problems the first in Go's order of members is told. */
function firstProblem(operation: Operation, document: Json): string | undefined {
  let first: string | undefined;
  try {
    const refuse = (problem: string) => new Error((first = problem));
    decodeDocument(operation, document, refuse, () => document);
  } catch (error) {
    if (first === undefined) throw error;
  }
  return first;
}

/** What a patch makes of an object, and what a refusal shows. */
type Result =
  | { readonly patched: unknown; readonly asGoHas: () => Json }
  /** Of a strategic patch, what is left of it. */
  | { readonly patched: unknown; readonly left: unknown };

/** The members that a patch gives twice; a JSON patch is a list of operations, which are read by themselves. */
function givenTwice({ kind, body, bodyText, patchType, options }: Operation): readonly string[] {
  if (bodyText === undefined || options.fieldValidation === "Ignore" || patchType === "application/json-patch+json") {
    return [];
  }
  if (!hasDuplicateMembers(bodyText, body)) return [];
  return strictProblems(kind.shape, body as Json, bodyText).filter((problem) => problem.startsWith("duplicate field"));
}

/** Reads the patch once; it may be applied several times, over changes that come between. */
function readPatch(operation: Operation): (live: KubeObject) => Result {
  const { body, patchType, kind, bodyText } = operation;
  if (body instanceof StatusError) throw body;
  switch (patchType) {
    case "application/json-patch+json": {
      const patch = readJsonPatch(body, bodyText);
      reportUnknown(operation, patch.unknown);
      return (live) => {
        const asGoHas = () => applyJsonPatchInOrder(inGoOrder(kind, live), patch);
        return { patched: applyJsonPatch(live, patch), asGoHas };
      };
    }
    case "application/merge-patch+json":
      return (live) => {
        const asGoHas = () => {
          const before = inGoOrder(kind, live);
          return orderAfterMerge(mergePatch(before, body), before, body as Json);
        };
        return { patched: mergePatch(live, body), asGoHas };
      };
    case "application/strategic-merge-patch+json":
      return (live) => {
        const left = copyJson(body);
        return { patched: strategicMergePatch(kind.shape, live, left), left };
      };
    default:
      throw unsupportedMediaType([
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/apply-patch+yaml",
      ]);
  }
}

/** Custom objects are maps in Go. */
function inGoOrder({ shape, custom }: Kind, live: KubeObject): Json {
  const object = live as unknown as Json;
  return custom === undefined ? inShapeOrder(shape, object) : allSorted(object);
}

/** Server-side apply: changes the object, or creates it. */
function applyObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  const config = configOf(operation);
  const creates = operation.subresource === undefined || createsOnUpdate(operation);
  if (findEntry(context, operation) === undefined && creates) {
    return createApplied(context, operation, config);
  }
  return modify(context, operation, (live) => {
    const { resourceVersion, ...modification } = overlaid(context, operation, live, config);
    checkRevision(operation.kind, { resourceVersion }, live);
    return modification;
  });
}

function overlaid(context: StorageContext, operation: Operation, live: KubeObject, config: Configuration): Patched {
  const result = applied(context, operation, live, config);
  const object = result.changed
    ? decodeApplied(operation, config, result.object)
    : (structuredClone(live) as unknown as MutableJsonObject);
  checkIdentity(operation, object);
  // What is applied is meant for the present version, unless it names one.
  const { resourceVersion = live.metadata.resourceVersion } = config.metadata ?? {};
  return { object, resourceVersion, manage: (next) => setManagedFields(next, result.managedFields) };
}

function createApplied(context: StorageContext, operation: Operation, config: Configuration): Promise<ObjectOutcome> {
  const { object, managedFields } = applied(context, operation, undefined, config);
  const decoded = decodeApplied(operation, config, object);
  const { uid = "", resourceVersion } = metadataOf(decoded);
  if (uid !== "") {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflictError(resourceOf(operation.kind), operation.name ?? "", why);
  }
  checkIdentity(operation, decoded);
  refuseNoVersion(resourceVersion);
  return createDecoded(context, operation, decoded, (next) => setManagedFields(next, managedFields));
}

/** @throws {StatusError} 500 where the configuration makes no object of the kind, as Kubernetes answers */
function decodeApplied(operation: Operation, { metadata }: Configuration, object: unknown): MutableJsonObject {
  const { kind } = operation;
  return decodeObject(operation, kind, structuredClone(wrapIntegers(kind.shape, object)), (problem) => {
    const type = printType(kind.apiVersion, kind.kind);
    const whose = `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
    const why = restoreProblem(kind.shape, object) ?? problem;
    const unable = `unable to convert unstructured object to ${type}: ${why}`;
    return failure(500, "", `failed to convert new object (${whose}; ${type}) to proper version: ${unable}`);
  });
}

interface Configuration extends JsonObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}

function configOf({ body }: Operation): Configuration {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    const problem = `json: cannot unmarshal ${goJsonType(body)} into Go value of type map[string]interface {}`;
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${problem}`);
  }
  const { apiVersion = "", kind: named = "" } = body as { apiVersion?: string; kind?: string };
  if (apiVersion === "" && named === "") throw badRequest("invalid object type: /, Kind=");
  return body as Configuration;
}

function checkIdentity({ kind, name, namespace }: Operation, object: MutableJsonObject): void {
  const metadata = metadataOf(object);
  if (!kind.namespaced) delete metadata.namespace;
  else if ((metadata.namespace ?? "") === "" && namespace !== undefined) metadata.namespace = namespace;
  if (kind.namespaced && metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if ((metadata.name ?? "") === "") {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}
