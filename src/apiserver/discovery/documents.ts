import type { Kind, SubresourceFacts } from "../../api/kind.ts";
import type { ServedGroup, ServedVersion } from "./groups.ts";
import { sha256 } from "../../base/sha256.ts";

// The documents of discovery. Members stand in the order in which Kubernetes writes them.

/** `/api`. */
export function apiVersions(serverAddress: string): object {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
  };
}

/** `/apis`. */
export function apiGroupList(groups: readonly ServedGroup[]): object {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupMembers) };
}

/** `/apis/<group>`. */
export function apiGroup(group: ServedGroup): object {
  return { kind: "APIGroup", apiVersion: "v1", ...groupMembers(group) };
}

/** `/api/v1` and `/apis/<group>/<version>`. Only the old core group's list leaves its apiVersion out. */
export function apiResourceList({ group, version, kinds }: ServedVersion): object {
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: group === "" ? version : `${group}/${version}`,
    resources: kinds.flatMap((kind) => [resource(kind), ...kind.subresources.map((sub) => subresource(kind, sub))]),
  };
}

/** Everything in one document, which spares clients a request for each group and version. */
export function groupDiscoveryList(groups: readonly ServedGroup[]): object {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === "" ? {} : { name },
      versions: versions.map(({ version, kinds }) => ({
        version,
        resources: kinds.map(resourceDiscovery),
        freshness: "Current",
      })),
    })),
  };
}

function groupMembers({ name, versions }: ServedGroup) {
  const listed = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

function resource(kind: Kind): object {
  const { plural, singular, namespaced, verbs, shortNames, categories } = kind;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    // Kinds that are answered and never stored have no stored form to name; only stored ones can be listed and watched.
    ...(verbs.includes("watch") ? { storageVersionHash: storageVersionHash(kind) } : {}),
  };
}

function subresource(kind: Kind, sub: SubresourceFacts): object {
  const other = sub.group !== kind.group || sub.version !== kind.version;
  return {
    name: `${kind.plural}/${sub.name}`,
    singularName: "",
    namespaced: kind.namespaced,
    ...(other ? { ...(sub.group === "" ? {} : { group: sub.group }), version: sub.version } : {}),
    kind: sub.kind,
    verbs: sub.verbs,
  };
}

function resourceDiscovery(kind: Kind): object {
  const { plural, singular, namespaced, verbs, shortNames, categories, subresources } = kind;
  return {
    resource: plural,
    responseKind: { group: "", version: "", kind: kind.kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources: subresources.map((sub) => subresourceDiscovery(kind, sub)) }),
  };
}

function subresourceDiscovery(kind: Kind, sub: SubresourceFacts): object {
  const other = sub.group !== kind.group || sub.version !== kind.version;
  return {
    subresource: sub.name,
    responseKind: { group: other ? sub.group : "", version: other ? sub.version : "", kind: sub.kind },
    verbs: sub.verbs,
  };
}

/** Names the group, version and kind under which objects are stored. */
function storageVersionHash(kind: Kind): string {
  const { group, version, kind: name } = kind.view?.of ?? kind;
  const digest = sha256(new TextEncoder().encode(`${group}/${version}/${name}`));
  return btoa(String.fromCharCode(...digest.subarray(0, 8)));
}
