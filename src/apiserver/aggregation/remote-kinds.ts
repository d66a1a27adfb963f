import { defineKind, type Kind, type SubresourceFacts } from "../../api/kind.ts";

/** `APIResourceList`, as another server answers it. */
export interface RemoteResourceList {
  readonly resources?: readonly RemoteResource[];
}

interface RemoteResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** The kinds that another server serves, as far as discovery tells of them: nothing here reads or writes their objects. */
export function remoteKinds({ resources = [] }: RemoteResourceList, group: string, version: string): readonly Kind[] {
  return resources
    .filter(({ name }) => !name.includes("/"))
    .map((resource) =>
      defineKind(
        {
          group,
          version,
          kind: resource.kind,
          plural: resource.name,
          singular: resource.singularName ?? "",
          listKind: `${resource.kind}List`,
          namespaced: resource.namespaced ?? false,
          verbs: resource.verbs ?? [],
          shortNames: resource.shortNames ?? [],
          categories: resource.categories ?? [],
          subresources: resources.flatMap((each) => subresourceOf(resource, each, group, version)),
          shape: { type: "struct", name: "", fields: {}, atomic: false },
          defaults: {},
        },
        { stored: false, custom: { schema: {} } },
      ),
    );
}

function subresourceOf(
  { name }: RemoteResource,
  each: RemoteResource,
  group: string,
  version: string,
): readonly SubresourceFacts[] {
  if (!each.name.startsWith(`${name}/`)) return [];
  const { kind, verbs = [] } = each;
  return [
    {
      name: each.name.slice(name.length + 1),
      verbs,
      kind,
      group: each.group ?? group,
      version: each.version ?? version,
    },
  ];
}
