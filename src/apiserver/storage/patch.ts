import type { Issue } from "../../machinery/issue.ts";
import type { JsonObject, MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { applyJsonPatch, readJsonPatch } from "../../machinery/patch/json-patch.ts";
import { mergePatch } from "../../machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../machinery/patch/strategic.ts";
import { badRequest, invalidError, unsupportedMediaType } from "../../machinery/status.ts";
import type { ObjectOutcome, Operation } from "../operation.ts";
import { findEntry, type StorageContext } from "./context.ts";
import { createDecoded, metadataOf } from "./create.ts";
import { decodeObject, reportUnknown } from "./decode-body.ts";
import { applied, ownedOnUpdate, setManagedFields } from "./ownership.ts";
import { checkRevision, modify } from "./update.ts";

export function patchObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  checkPatchOptions(operation);
  if (operation.patchType === "application/apply-patch+yaml") return applyObject(context, operation);
  const patch = readPatch(operation);
  return modify(context, operation, (live) => {
    const object = decodeObject(operation, operation.kind, patch(live));
    checkIdentity(operation, object);
    // A patch that names a revision or a uid means just that object.
    const metadata = metadataOf(object);
    checkRevision(operation.kind, metadata, live);
    return { object, manage: (next) => ownedOnUpdate(context, operation, live, next) };
  });
}

/** Reads the patch once; it may be applied several times, over changes that come between. */
function readPatch(operation: Operation): (live: KubeObject) => unknown {
  const { body, patchType, kind, bodyText } = operation;
  switch (patchType) {
    case "application/json-patch+json": {
      const patch = readJsonPatch(body, bodyText);
      reportUnknown(operation, patch.unknown);
      return (live) => applyJsonPatch(live, patch);
    }
    case "application/merge-patch+json":
      return (live) => mergePatch(live, body);
    case "application/strategic-merge-patch+json":
      return (live) => strategicMergePatch(kind.shape, live, body);
    default:
      throw unsupportedMediaType([
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/apply-patch+yaml",
      ]);
  }
}

/** Server-side apply: changes the object, or creates it. */
function applyObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  const config = configOf(operation);
  if (findEntry(context, operation) === undefined && operation.subresource === undefined) {
    return createApplied(context, operation, config);
  }
  return modify(context, operation, (live) => {
    const result = applied(context, operation, live, config);
    const object = result.changed
      ? decodeObject(operation, operation.kind, structuredClone(result.object))
      : (structuredClone(live) as unknown as MutableJsonObject);
    checkIdentity(operation, object);
    return { object, manage: (next) => setManagedFields(next, result.managedFields) };
  });
}

function createApplied(context: StorageContext, operation: Operation, config: JsonObject): Promise<ObjectOutcome> {
  const { object, managedFields } = applied(context, operation, undefined, config);
  const decoded = decodeObject(operation, operation.kind, structuredClone(object));
  const metadata = metadataOf(decoded);
  metadata.name ??= operation.name!;
  checkIdentity(operation, decoded);
  return createDecoded(context, operation, decoded, (next) => setManagedFields(next, managedFields));
}

function configOf(operation: Operation): JsonObject {
  const { body, kind } = operation;
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw badRequest(`error decoding YAML: the configuration must be an object of type ${kind.kind}`);
  }
  return { apiVersion: kind.apiVersion, kind: kind.kind, ...body } as JsonObject;
}

function checkIdentity({ kind, name, namespace }: Operation, object: MutableJsonObject): void {
  const metadata = metadataOf(object);
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (kind.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the URL (${namespace})`,
    );
  }
}

function checkPatchOptions({ options, patchType }: Operation): void {
  const issues: Issue[] = [];
  const isApply = patchType === "application/apply-patch+yaml";
  if (isApply && (options.fieldManager ?? "") === "") {
    issues.push({
      type: "FieldValueRequired",
      field: "fieldManager",
      body: "Required value: is required for apply patch",
    });
  }
  if (!isApply && options.force !== undefined) {
    issues.push({
      type: "FieldValueForbidden",
      field: "force",
      body: "Forbidden: may not be specified for non-apply patch",
    });
  }
  if (issues.length > 0) throw invalidError({ group: "meta.k8s.io", name: "PatchOptions" }, "", issues);
}
