import { decodeBase64 } from "../../machinery/base64.ts";
import type { Secret } from "../../api/generated/core-v1.ts";
import type { RegistryAuth } from "../ports/runtime.ts";
import { parseImageName } from "./image-name.ts";

/** The credentials that a pod's pull secrets hold for an image, those of the longest matching path first. */
export function credentialsFor(image: string, secrets: readonly Secret[]): readonly RegistryAuth[] {
  const { registry, repository } = parseImageName(image);
  const wanted = `${registry}/${repository}`;
  const found: { readonly length: number; readonly auth: RegistryAuth }[] = [];
  for (const secret of secrets) {
    for (const [server, entry] of Object.entries(entriesOf(secret))) {
      const path = pathOf(server);
      if (matches(path, wanted)) found.push({ length: path.length, auth: authOf(entry, path.split("/")[0]!) });
    }
  }
  return found.toSorted((a, b) => b.length - a.length).map(({ auth }) => auth);
}

interface Entry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

function entriesOf(secret: Secret): Readonly<Record<string, Entry>> {
  const modern = secret.data?.[".dockerconfigjson"];
  const old = secret.data?.[".dockercfg"];
  if (modern !== undefined) return (JSON.parse(decodeBase64(modern)) as { auths?: Record<string, Entry> }).auths ?? {};
  return old === undefined ? {} : (JSON.parse(decodeBase64(old)) as Record<string, Entry>);
}

/** `https://index.docker.io/v1/` is the old name of Docker's registry. */
function pathOf(server: string): string {
  const path = server.replace(/^https?:\/\//, "").replace(/\/(v1|v2)?\/?$/, "");
  return path === "index.docker.io" ? "docker.io" : path;
}

/** A host may have `*` for parts of its name; a path covers what lies below it. */
function matches(path: string, wanted: string): boolean {
  const [host, ...rest] = path.split("/");
  const [wantedHost, ...wantedRest] = wanted.split("/");
  const parts = host!.split(".");
  const wantedParts = wantedHost!.split(".");
  const sameHost =
    parts.length === wantedParts.length &&
    parts.every((part, index) => new RegExp(`^${part.replaceAll("*", ".*")}$`).test(wantedParts[index]!));
  return sameHost && rest.every((part, index) => part === wantedRest[index]);
}

function authOf(
  { username, password, auth, identitytoken, registrytoken }: Entry,
  serverAddress: string,
): RegistryAuth {
  const [user, ...pass] = auth === undefined ? [] : decodeBase64(auth).split(":");
  return {
    serverAddress,
    username: username ?? user ?? "",
    password: password ?? pass.join(":"),
    ...(identitytoken === undefined ? {} : { identityToken: identitytoken }),
    ...(registrytoken === undefined ? {} : { registryToken: registrytoken }),
  };
}
