import type { BindingSpec } from "../../../api/admissionregistration/v1/policy-binding.ts";
import type { PolicySpec } from "../../../api/admissionregistration/v1/policy.ts";
import type { ParamKind } from "../../../api/generated/admissionregistration-v1.ts";
import type { KindRegistry } from "../../../api/registry.ts";
import { forbidden } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { invalidError } from "../../../machinery/status.ts";
import { MASTERS } from "../../auth/groups.ts";
import type { Authorizer, User } from "../../auth/user.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import type { Binding, Policy } from "./select.ts";

export interface ParamAccessParts {
  readonly lookup: Lookup;
  readonly registry: KindRegistry;
  readonly authorizer: Authorizer;
}

/** Whoever makes a policy tell of its parameters has to be somebody who may read them. */
export function paramAccess(parts: ParamAccessParts): AdmissionPlugin {
  return {
    name: "ParamAccess",
    validate(request) {
      const { kind, subresource, operation, user } = request;
      if (kind.group !== GROUP || subresource !== "" || operation === "DELETE") return;
      if (user.groups.includes(MASTERS)) return;
      const plural = POLICIES.get(kind.plural);
      const [field, problem] = POLICY_KINDS.has(kind.kind)
        ? (["spec.paramKind", policyProblem(request, parts)] as const)
        : (["spec.paramRef", plural === undefined ? undefined : bindingProblem(request, plural, parts)] as const);
      if (problem === undefined) return;
      throw invalidError({ group: kind.group, name: kind.kind }, request.name, [forbidden(field, problem)]);
    },
  };
}

const GROUP = "admissionregistration.k8s.io";
const POLICY_KINDS = new Set(["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"]);
/** The policies that bindings are of. */
const POLICIES: ReadonlyMap<string, string> = new Map([
  ["validatingadmissionpolicybindings", "validatingadmissionpolicies"],
  ["mutatingadmissionpolicybindings", "mutatingadmissionpolicies"],
]);

function policyProblem({ object, old, user }: AdmissionRequest, parts: ParamAccessParts): string | undefined {
  const { paramKind } = (object as unknown as { readonly spec: PolicySpec }).spec;
  const before = (old as Policy | undefined)?.spec.paramKind;
  if (paramKind === undefined || sameJson(paramKind, before)) return undefined;
  const resource = { ...resourceOf(paramKind, parts.registry), subresource: "", namespace: "*", name: "*" };
  if (parts.authorizer.authorize({ user, verb: "get", resource }).allowed) return undefined;
  const what = `(kind=${paramKind.kind ?? ""}, apiVersion=${paramKind.apiVersion ?? ""})`;
  return `user ${goText(user)} must have "get" permission on all objects of the referenced paramKind ${what}`;
}

function bindingProblem(
  { object, old, user }: AdmissionRequest,
  policies: string,
  { lookup, registry, authorizer }: ParamAccessParts,
): string | undefined {
  const { paramRef, policyName = "" } = (object as unknown as { readonly spec: BindingSpec }).spec;
  const before = (old as Binding | undefined)?.spec;
  if (paramRef === undefined) return undefined;
  if (sameJson(paramRef, before?.paramRef) && policyName === before?.policyName) return undefined;
  const policy = lookup.get<Policy>(`${GROUP}/${policies}`, policyName);
  const { name = "", namespace = "" } = paramRef;
  const verb = name === "" ? "list" : "get";
  const resource = { ...resourceOf(policy?.spec.paramKind, registry), subresource: "", namespace, name };
  if (authorizer.authorize({ user, verb, resource }).allowed) return undefined;
  const who = `user ${goText(user)} does not have "${verb}" permission`;
  if (policy === undefined) {
    const lacks = `${who} for all groups, versions and resources`;
    return `unable to get policy ${policyName} to determine minimum required permissions and ${lacks}`;
  }
  return `${who} on the object referenced by paramRef`;
}

/** What is not known may be anything. */
function resourceOf(paramKind: ParamKind | undefined, registry: KindRegistry) {
  if (paramKind === undefined) return { group: "*", version: "*", plural: "*" };
  const [version = "", group = ""] = (paramKind.apiVersion ?? "").split("/").toReversed();
  return { group, version, plural: registry.byKind(group, version, paramKind.kind ?? "")?.plural ?? "*" };
}

/** A user as Go prints the struct: Kubernetes shows it so. */
function goText({ name, uid, groups, extra }: User): string {
  const more = Object.keys(extra)
    .toSorted()
    .map((key) => `${key}:[${extra[key]!.join(" ")}]`);
  return `&{${name} ${uid} [${groups.join(" ")}] map[${more.join(" ")}]}`;
}
