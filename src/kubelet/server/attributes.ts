const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Paths with a right of their own, before the general one: whoever may only see a node's pods need not be able to run commands. */
const FINE: readonly (readonly [path: string, subresource: string])[] = [
  ["/pods", "pods"],
  ["/healthz", "healthz"],
  ["/configz", "configz"],
  ["/runningpods", "pods"],
];

/** Paths that the general right, `proxy`, does not open. */
const APART: readonly (readonly [path: string, subresource: string])[] = [
  ["/stats", "stats"],
  ["/metrics", "metrics"],
  ["/logs", "log"],
  ["/checkpoint", "checkpoint"],
  ["/statusz", "statusz"],
  ["/flagz", "configz"],
];

/** The verb on `nodes/<subresource>` that a request needs, and the subresources one of which is enough; as Kubernetes maps them. */
export function requestedAccess(
  method: string,
  path: string,
): { readonly verb: string; readonly subresources: readonly string[] } {
  const of = (table: typeof FINE) => table.find(([prefix]) => isWithin(path, prefix))?.[1];
  const fine = of(FINE);
  return {
    verb: VERBS[method] ?? "",
    subresources: [...(fine === undefined ? [] : [fine]), of(APART) ?? "proxy"],
  };
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
