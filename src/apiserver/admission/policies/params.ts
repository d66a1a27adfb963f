import type { ParamKind, ParamRef } from "../../../api/generated/admissionregistration-v1.ts";
import type { Kind } from "../../../api/kind.ts";
import type { KindRegistry } from "../../../api/registry.ts";
import { matches, selectorOf } from "../../../machinery/labels.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { storedKind } from "../../storage/context.ts";
import type { Lookup } from "../lookup.ts";
import { inVersion } from "./versions.ts";

/** A policy or a binding that cannot work as it is written, in Kubernetes' words. */
export class Misconfigured extends Error {}

/** The kind that a policy's parameters are of; undefined if it has none. @throws {Misconfigured} where nothing serves it */
export function paramKindOf(paramKind: ParamKind | undefined, registry: KindRegistry): Kind | undefined {
  if (paramKind === undefined) return undefined;
  const [version = "", group = ""] = (paramKind.apiVersion ?? "").split("/").toReversed();
  const name = paramKind.kind ?? "";
  const kind = registry.byKind(group, version, name);
  if (kind !== undefined) return kind;
  const shown = group === "" ? `/${version}, Kind=${name}` : `${group}/${version}, Kind=${name}`;
  throw new Misconfigured(`failed to find resource referenced by paramKind: '${shown}'`);
}

/**
 * With which parameters a policy is asked: once for each, once without any where it has no kind of them or its binding names
 * none. @param namespace of the request @throws {Misconfigured}
 */
export function collectParams(
  kind: Kind | undefined,
  paramRef: ParamRef | undefined,
  namespace: string,
  lookup: Lookup,
): readonly (KubeObject | undefined)[] {
  if (kind === undefined || paramRef === undefined) return [undefined];
  const { name = "", selector, parameterNotFoundAction } = paramRef;
  const stored = storedKind(kind);
  const resource = `${stored.group === "" ? "core" : stored.group}/${stored.plural}`;
  const place = placeOf(kind, paramRef, namespace);
  let found: readonly KubeObject[];
  if (name !== "") {
    const one = lookup.get<KubeObject>(resource, name, place);
    found = one === undefined ? [] : [one];
  } else {
    const wanted = selectorOf(selector);
    found = lookup.list<KubeObject>(resource, place).filter(({ metadata }) => matches(wanted, metadata.labels));
  }
  if (found.length === 0 && parameterNotFoundAction === "Deny") {
    throw new Misconfigured("no params found for policy binding with `Deny` parameterNotFoundAction");
  }
  if (kind.conversion !== undefined && found.some(({ apiVersion }) => apiVersion !== kind.apiVersion)) {
    throw new Misconfigured(`parameters are stored in a version that only a webhook converts to ${kind.apiVersion}`);
  }
  return found.map((param) => inVersion(param, stored, kind));
}

/** The namespace of the parameters: the binding's, or else that of the request. */
function placeOf(kind: Kind, { namespace = "" }: ParamRef, requested: string): string | undefined {
  if (!kind.namespaced) {
    if (namespace === "") return undefined;
    throw new Misconfigured("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  }
  const place = namespace === "" ? requested : namespace;
  if (place !== "") return place;
  throw new Misconfigured("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
}
