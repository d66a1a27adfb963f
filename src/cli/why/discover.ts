import type { ApiAccess } from "../context.ts";

/** Where objects of a kind are found. */
export interface FoundResource {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly singularName: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly shortNames?: readonly string[];
  }[];
}

/** Finds a kind by any name that kubectl takes: `pod`, `pods`, `po`, `Pod`, `deployments.apps`. @throws when none has it. */
export async function findResource(name: string, api: ApiAccess): Promise<FoundResource> {
  const [wanted = "", ...groupParts] = name.toLowerCase().split(".");
  const wantedGroup = groupParts.length === 0 ? undefined : groupParts.join(".");
  for await (const [group, version] of groupVersions(api)) {
    if (wantedGroup !== undefined && group !== wantedGroup) continue;
    const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const { resources } = (await api.send("GET", path)) as ResourceList;
    const found = resources.find(
      (resource) =>
        !resource.name.includes("/") &&
        [resource.name, resource.singularName, resource.kind.toLowerCase(), ...(resource.shortNames ?? [])].includes(
          wanted,
        ),
    );
    if (found !== undefined) {
      return { group, version, plural: found.name, kind: found.kind, namespaced: found.namespaced };
    }
  }
  throw new Error(`the server knows no kind named "${name}"; 'kubectl api-resources' lists those it knows`);
}

async function* groupVersions(api: ApiAccess): AsyncGenerator<readonly [group: string, version: string]> {
  yield ["", "v1"];
  const { groups } = (await api.send("GET", "/apis")) as {
    readonly groups: readonly { readonly name: string; readonly preferredVersion: { readonly version: string } }[];
  };
  for (const { name, preferredVersion } of groups) yield [name, preferredVersion.version];
}
