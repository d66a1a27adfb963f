import { quoted } from "../../machinery/issue.ts";
import { forbiddenError, type StatusError } from "../../machinery/status.ts";
import type { Attributes, Authorizer } from "./user.ts";

/** What else is wrong with a call is not said to whom it is forbidden. @throws {StatusError} 403 in Kubernetes' words */
export function authorize(authorizer: Authorizer, attributes: Attributes): void {
  const decision = authorizer.authorize(attributes);
  if (!decision.allowed) throw denied(attributes, decision.reason);
}

/** The refusal of a request that an authorizer did not allow, in Kubernetes' words. */
export function denied(attributes: Attributes, reason = ""): StatusError {
  const sentence = sanitized(denialSentence(attributes));
  const { resource } = attributes;
  return forbiddenError(
    { group: resource?.group ?? "", name: resource?.plural ?? "" },
    resource?.name ?? "",
    reason === "" ? sentence : `${sentence}: ${reason}`,
  );
}

/** `User "x" cannot list resource "pods" in API group "" in the namespace "default"`. */
function denialSentence({ user, verb, resource, path }: Attributes): string {
  if (resource === undefined) return `User ${quoted(user.name)} cannot ${verb} path ${quoted(path ?? "")}`;
  const { plural, subresource, group, namespace } = resource;
  const target = quoted(subresource === "" ? plural : `${plural}/${subresource}`);
  const scope = namespace === "" ? "at the cluster scope" : `in the namespace ${quoted(namespace)}`;
  return `User ${quoted(user.name)} cannot ${verb} resource ${target} in API group ${quoted(group)} ${scope}`;
}

/** Kubernetes keeps markup out of the message, whoever shows it. */
function sanitized(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
