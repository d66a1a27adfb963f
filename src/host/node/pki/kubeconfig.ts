import { isSeq, parseDocument, stringify } from "yaml";

export interface KubeconfigOptions {
  /** What the cluster, its user and its context are called. */
  readonly name: string;
  /** Such as `https://127.0.0.1:6443`. */
  readonly server: string;
  /** The certificate of the authority, in PEM. */
  readonly authority: string;
  readonly user: { readonly certificate: string; readonly key: string } | { readonly token: string };
  readonly namespace?: string;
}

/** A kubeconfig with everything in it, as YAML. */
export function buildKubeconfig({ name, server, authority, user, namespace }: KubeconfigOptions): string {
  const credentials =
    "token" in user
      ? { token: user.token }
      : { "client-certificate-data": base64(user.certificate), "client-key-data": base64(user.key) };
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server, "certificate-authority-data": base64(authority) } }],
      users: [{ name, user: credentials }],
      contexts: [{ name, context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) } }],
      "current-context": name,
    },
    { lineWidth: 0 },
  );
}

/** A kubeconfig without anybody in it, as `cluster-info` says to everybody how to reach and know the cluster. */
export function buildClusterInfo({ server, authority }: Pick<KubeconfigOptions, "server" | "authority">): string {
  return stringify(
    {
      apiVersion: "v1",
      clusters: [{ cluster: { "certificate-authority-data": base64(authority), server }, name: "" }],
      contexts: null,
      "current-context": "",
      kind: "Config",
      users: null,
    },
    { lineWidth: 0 },
  );
}

/**
 * Puts the entries of one kubeconfig into another, in the place of those of the same name, and makes its context the current
 * one. Everything else stays as it is, comments too.
 * @throws {Error} if `existing` is not YAML.
 */
export function mergeKubeconfig(existing: string, added: string): string {
  const target = parseDocument(existing);
  if (target.errors.length > 0) throw new Error("the kubeconfig is not YAML", { cause: target.errors[0] });
  if (target.contents === null) return added;
  const source = parseDocument(added).toJS() as Record<string, unknown>;
  for (const list of ["clusters", "users", "contexts"]) {
    for (const entry of source[list] as readonly { readonly name: string }[]) {
      const entries = target.get(list);
      if (!isSeq(entries)) {
        target.set(list, target.createNode([entry]));
        continue;
      }
      const names = (entries.toJSON() as readonly { readonly name?: string }[]).map(({ name }) => name);
      const index = names.indexOf(entry.name);
      entries.set(index === -1 ? names.length : index, target.createNode(entry));
    }
  }
  target.set("current-context", source["current-context"]);
  return target.toString({ lineWidth: 0 });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
