import type { KubeObject } from "../../machinery/object.ts";
import { exactFieldMatch, parseFieldSelector } from "../../machinery/fields.ts";
import { NODE_PREFIX, NODES } from "./groups.ts";
import { podReferences } from "./pod-references.ts";
import { componentRoles } from "./policy/components.ts";
import { policyRule } from "./rbac.ts";
import { allowsName, allowsPath, allowsResource } from "./rules.ts";
import type { Attributes, Authorizer, Decision, User } from "./user.ts";

/** What is known of nodes and of what their pods use: from memory, at once. */
export interface NodeObjects {
  podsOn(node: string): Iterable<KubeObject>;
  /** @param resource `plural` or `plural.group` */
  get(resource: string, namespace: string, name: string): KubeObject | undefined;
}

type Resource = NonNullable<Attributes["resource"]>;

const YES: Decision = { allowed: true, reason: "" };
const NO: Decision = { allowed: false, reason: "" };

/** What every kubelet may do besides; where access is told apart by object, the cases below decide instead. */
const RULES = componentRoles["system:node"]!.map(policyRule);

/** Lets a kubelet read what the pods on its node use, and write what it answers for itself. */
export function createNodeAuthorizer(objects: NodeObjects): Authorizer {
  return {
    authorize(attributes) {
      const node = nodeIdentity(attributes.user);
      return node === undefined ? NO : authorizeNode(node, attributes, objects);
    },
    rulesFor(user) {
      const isNode = nodeIdentity(user) !== undefined;
      return {
        resourceRules: [],
        nonResourceRules: [],
        incomplete: isNode,
        evaluationError: isNode ? "node authorizer does not support user rule resolution" : "",
      };
    },
  };
}

/** A kubelet is who is named after a node and is in the group of nodes. */
function nodeIdentity({ name, groups }: User): string | undefined {
  return name.startsWith(NODE_PREFIX) && groups.includes(NODES) ? name.slice(NODE_PREFIX.length) : undefined;
}

function authorizeNode(node: string, attributes: Attributes, objects: NodeObjects): Decision {
  const { resource, verb, path = "" } = attributes;
  if (resource === undefined) return decided(RULES.some((rule) => allowsPath(rule, verb, path)));
  const { group, plural } = resource;
  switch (group === "" ? plural : `${plural}.${group}`) {
    case "secrets":
    case "configmaps":
      return readRelated(node, verb, resource, objects);
    case "persistentvolumeclaims":
      if (resource.subresource === "status") return writeStatus(node, verb, resource, objects);
      return getRelated(node, verb, resource, objects);
    case "persistentvolumes":
    case "resourceclaims.resource.k8s.io":
    case "volumeattachments.storage.k8s.io":
      return getRelated(node, verb, resource, objects);
    case "serviceaccounts":
      if (verb === "get" && resource.subresource === "") return readRelated(node, verb, resource, objects);
      return createToken(node, verb, resource, objects);
    case "leases.coordination.k8s.io":
      return ownLease(node, verb, resource);
    case "csinodes.storage.k8s.io":
      return ownObject(node, verb, resource, "CSINode");
    case "nodes":
      return ownNode(node, verb, resource);
    case "pods":
      return ownPods(node, verb, resource, objects);
    default:
      return byRules(verb, resource);
  }
}

function byRules(verb: string, { group, plural, subresource, name }: Resource): Decision {
  const combined = subresource === "" ? plural : `${plural}/${subresource}`;
  return decided(
    RULES.some((rule) => allowsResource(rule, verb, group, combined, subresource) && allowsName(rule, name)),
  );
}

function readRelated(node: string, verb: string, resource: Resource, objects: NodeObjects): Decision {
  if (!["get", "list", "watch"].includes(verb)) return no("can only read resources of this type");
  if (resource.subresource !== "") return no("cannot read subresource");
  if (resource.namespace === "") return no("can only read namespaced object of this type");
  return related(node, resource, objects);
}

function getRelated(node: string, verb: string, resource: Resource, objects: NodeObjects): Decision {
  if (verb !== "get") return no("can only get individual resources of this type");
  if (resource.subresource !== "") return no("cannot get subresource");
  return related(node, resource, objects);
}

function writeStatus(node: string, verb: string, resource: Resource, objects: NodeObjects): Decision {
  if (verb !== "update" && verb !== "patch") return no("can only get/update/patch this type");
  return related(node, resource, objects);
}

function createToken(node: string, verb: string, resource: Resource, objects: NodeObjects): Decision {
  if (verb !== "create" || resource.name === "") return no("can only create tokens for individual service accounts");
  if (resource.subresource !== "token") return no("can only create token subresource of serviceaccount");
  return related(node, resource, objects);
}

function ownLease(node: string, verb: string, { namespace, name }: Resource): Decision {
  if (!OWN_VERBS.includes(verb)) return no("can only get, create, update, patch, or delete a node lease");
  if (namespace !== "kube-node-lease") {
    return no('can only access leases in the "kube-node-lease" system namespace');
  }
  if (verb !== "create" && name !== node) {
    return no("can only access node lease with the same name as the requesting node");
  }
  return YES;
}

const OWN_VERBS = ["get", "create", "update", "patch", "delete"];

function ownObject(node: string, verb: string, { subresource, name }: Resource, kind: string): Decision {
  if (!OWN_VERBS.includes(verb)) return no(`can only get, create, update, patch, or delete a ${kind}`);
  if (subresource !== "") return no(`cannot authorize ${kind} subresources`);
  if (verb !== "create" && name !== node) {
    return no(`can only access ${kind} with the same name as the requesting node`);
  }
  return YES;
}

function ownNode(node: string, verb: string, { subresource, name }: Resource): Decision {
  if (subresource === "status") return decided(verb === "update" || verb === "patch");
  if (subresource !== "") return NO;
  switch (verb) {
    case "create":
    case "update":
    case "patch":
      return YES;
    case "get":
    case "list":
    case "watch":
      if (name === node) return YES;
      return no(`node '${node}' cannot read ${name === "" ? "all nodes" : `'${name}'`}, only its own Node object`);
    default:
      return NO;
  }
}

function ownPods(node: string, verb: string, resource: Resource, objects: NodeObjects): Decision {
  switch (resource.subresource) {
    case "status":
      return decided(verb === "update" || verb === "patch");
    case "eviction":
      return decided(verb === "create");
    case "":
      break;
    default:
      return NO;
  }
  switch (verb) {
    case "get":
      return getRelated(node, verb, resource, objects);
    case "list":
    case "watch":
      if (selectsNode(resource.fieldSelector, node)) return YES;
      if (resource.name !== "") return related(node, resource, objects);
      return no("can only list/watch pods with spec.nodeName field selector");
    default:
      // Mirror pods: which of them is for admission to say.
      return decided(verb === "create" || verb === "delete");
  }
}

function selectsNode(selector: string | undefined, node: string): boolean {
  if (selector === undefined) return false;
  try {
    return exactFieldMatch(parseFieldSelector(selector), "spec.nodeName") === node;
  } catch {
    return false;
  }
}

/** Whether an object is used by a pod of the node, or is the node's by its own word. */
function related(node: string, resource: Resource, objects: NodeObjects): Decision {
  if (resource.name === "") return no("No Object name found");
  if (isRelated(node, resource, objects)) return YES;
  return no(`no relationship found between node '${node}' and this object`);
}

function isRelated(node: string, { plural, namespace, name }: Resource, objects: NodeObjects): boolean {
  switch (plural) {
    case "volumeattachments": {
      const attachment = objects.get("volumeattachments.storage.k8s.io", "", name);
      return (attachment as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName === node;
    }
    case "persistentvolumes":
      return claimsOn(node, objects).some((claim) => claim.spec?.volumeName === name);
    case "pods":
      return some(objects.podsOn(node), ({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    default: {
      const wanted = `${plural}/${name}`;
      return some(
        objects.podsOn(node),
        (pod) => pod.metadata.namespace === namespace && podReferences(pod).has(wanted),
      );
    }
  }
}

interface Claim extends KubeObject {
  readonly spec?: { readonly volumeName?: string };
}

function claimsOn(node: string, objects: NodeObjects): readonly Claim[] {
  const claims: Claim[] = [];
  for (const pod of objects.podsOn(node)) {
    for (const reference of podReferences(pod)) {
      if (!reference.startsWith(CLAIMS)) continue;
      const claim = objects.get("persistentvolumeclaims", pod.metadata.namespace!, reference.slice(CLAIMS.length));
      if (claim !== undefined) claims.push(claim);
    }
  }
  return claims;
}

const CLAIMS = "persistentvolumeclaims/";

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}

function decided(allowed: boolean): Decision {
  return allowed ? YES : NO;
}

function no(reason: string): Decision {
  return { allowed: false, reason };
}
