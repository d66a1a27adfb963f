/** An image's name in its parts, as Docker reads it. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const LONGEST_NAME = 255;

/** Reads a name; without a tag or digest it means `latest`. @throws Error in Kubernetes' words. */
export function parseImageName(text: string): ImageName {
  const invalid = (why: string) => new Error(`couldn't parse image name "${text}": ${why}`);
  const at = text.indexOf("@");
  const digest = at < 0 ? "" : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const tag = hasTag ? named.slice(colon + 1) : "";
  const path = hasTag ? named.slice(0, colon) : named;
  const slash = path.indexOf("/");
  const first = slash < 0 ? "" : path.slice(0, slash);
  const hasRegistry = first === "localhost" || /[.:A-Z]/.test(first);
  const registry = hasRegistry ? first : "docker.io";
  const rest = hasRegistry ? path.slice(slash + 1) : path;
  const repository = registry === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest;
  if (/^[a-f0-9]{64}$/.test(text)) throw invalid("invalid reference format");
  if (rest !== rest.toLowerCase())
    throw invalid("invalid reference format: repository name (" + repository + ") must be lowercase");
  if (!NAME.test(rest) || !DOMAIN.test(registry)) throw invalid("invalid reference format");
  if (hasTag && !TAG.test(tag)) throw invalid("invalid reference format");
  if (at >= 0 && !DIGEST.test(digest)) throw invalid("invalid reference format");
  if (`${registry}/${repository}`.length > LONGEST_NAME) {
    throw invalid("repository name must not be more than 255 characters");
  }
  return { registry, repository, tag: tag === "" && digest === "" ? "latest" : tag, digest };
}

/** The name that the runtime is asked for: as given, with the tag it means. @throws Error */
export function withTag(text: string): string {
  const { tag } = parseImageName(text);
  return tag === "latest" && !text.endsWith(":latest") ? `${text}:latest` : text;
}
