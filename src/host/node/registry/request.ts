/** What a request of the distribution protocol asks for. https://github.com/opencontainers/distribution-spec */
export type RegistryRequest =
  | { readonly kind: "version" }
  | {
      readonly kind: "manifests" | "blobs";
      /** With the registry's host, such as `docker.io/library/busybox`. */
      readonly repository: string;
      /** A tag or, always for blobs, a digest. */
      readonly reference: string;
    };

/** Undefined for what this registry does not know. @param target path and query, as in the request's first line */
export function parseRequest(target: string): RegistryRequest | undefined {
  const { pathname, searchParams } = new URL(target, "http://registry");
  if (pathname === "/v2/" || pathname === "/v2") return { kind: "version" };
  const [, path, kind, reference] = /^\/v2\/([^?]+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
  // A mirror is told for whom it stands in; without that, a name belongs to no registry.
  const host = searchParams.get("ns");
  if (path === undefined || reference === undefined || host === null) return undefined;
  if (kind === "blobs" && !isDigest(reference)) return undefined;
  return { kind: kind === "blobs" ? "blobs" : "manifests", repository: `${host}/${path}`, reference };
}

export function isDigest(reference: string): boolean {
  return /^[a-z0-9]+:[0-9a-f]{32,}$/.test(reference);
}

export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

/** What of `length` bytes a `Range` header asks for: undefined for all of them, as when there are several ranges. */
export function parseRange(header: string | undefined, length: number): ByteRange | "unsatisfiable" | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || from + to === "") return undefined;
  if (from === "") {
    const size = Math.min(Number(to), length);
    return size === 0 ? "unsatisfiable" : { offset: length - size, size };
  }
  const offset = Number(from);
  const last = to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (to !== "" && Number(to) < offset) return undefined;
  return offset >= length ? "unsatisfiable" : { offset, size: last - offset + 1 };
}
