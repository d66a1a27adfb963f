import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface DiscoveredGroup {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly DiscoveredVersion[];
}

export interface DiscoveredVersion {
  readonly version: string;
  readonly resources: readonly DiscoveredResource[];
}

export interface DiscoveredResource {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly DiscoveredSubresource[];
}

interface DiscoveredSubresource {
  readonly name: string;
  readonly verbs: readonly string[];
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** All that Kubernetes serves with every version and feature on, in the order of discovery; the core group first. */
export function readDiscovery(folder: string): readonly DiscoveredGroup[] {
  return [coreGroup(join(folder, "api__v1.json")), ...otherGroups(join(folder, "aggregated_v2.json"))];
}

interface Aggregated {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources: readonly {
        readonly resource: string;
        readonly singularResource: string;
        readonly responseKind: GroupVersionKind;
        readonly scope: "Namespaced" | "Cluster";
        readonly verbs: readonly string[];
        readonly shortNames?: readonly string[];
        readonly categories?: readonly string[];
        readonly subresources?: readonly {
          readonly subresource: string;
          readonly verbs: readonly string[];
          readonly responseKind?: GroupVersionKind;
        }[];
      }[];
    }[];
  }[];
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function otherGroups(file: string): readonly DiscoveredGroup[] {
  const { items } = JSON.parse(readFileSync(file, "utf8")) as Aggregated;
  return items.map(({ metadata: { name: group }, versions }) => ({
    name: group,
    versions: versions.map(({ version, resources }) => ({
      version,
      resources: resources.map((resource) => ({
        plural: resource.resource,
        singular: resource.singularResource,
        kind: resource.responseKind.kind,
        namespaced: resource.scope === "Namespaced",
        verbs: resource.verbs,
        shortNames: resource.shortNames ?? [],
        categories: resource.categories ?? [],
        subresources: (resource.subresources ?? []).map(({ subresource: name, verbs, responseKind }) => {
          const { group: bodyGroup, version: bodyVersion, kind } = responseKind ?? resource.responseKind;
          // Without a version, the body is of the resource's own group.
          const body = bodyVersion === "" ? { group, version } : { group: bodyGroup, version: bodyVersion };
          return { name, verbs, ...body, kind };
        }),
      })),
    })),
  }));
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly singularName: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
    readonly group?: string;
    readonly version?: string;
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  }[];
}

function coreGroup(file: string): DiscoveredGroup {
  const { resources: listed } = JSON.parse(readFileSync(file, "utf8")) as ResourceList;
  const resources = listed
    .filter(({ name }) => !name.includes("/"))
    .map(({ name: plural, singularName: singular, kind, namespaced, verbs, shortNames = [], categories = [] }) => ({
      plural,
      singular,
      kind,
      namespaced,
      verbs,
      shortNames,
      categories,
      subresources: listed
        .filter(({ name }) => name.startsWith(`${plural}/`))
        .map(({ name, verbs, kind, group = "", version = "v1" }) => {
          return { name: name.slice(plural.length + 1), verbs, group, version, kind };
        }),
    }));
  return { name: "", versions: [{ version: "v1", resources }] };
}
