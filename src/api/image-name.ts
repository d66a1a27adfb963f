/** What Kubernetes does if a container says nothing: images without a tag, or tagged `latest`, may change at any time. */
export function defaultPullPolicy(image: string): "Always" | "IfNotPresent" {
  return imageTag(image) === "latest" ? "Always" : "IfNotPresent";
}

/** The tag of an image's name: `latest` where neither tag nor digest is given, "" for a digest alone or a bad name. */
function imageTag(image: string): string {
  const found = REFERENCE.exec(image);
  if (found === null || IDENTIFIER.test(image)) return "";
  const { name = "", tag, digest } = found.groups!;
  if (/[A-Z]/.test(pathOf(name))) return "";
  return tag ?? (digest === undefined ? "latest" : "");
}

/** The part of a name after its registry. */
function pathOf(name: string): string {
  const slash = name.indexOf("/");
  if (slash === -1) return name;
  const first = name.slice(0, slash);
  return /[.:A-Z]/.test(first) || first === "localhost" ? name.slice(slash + 1) : name;
}

const DOMAIN = String.raw`(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const REFERENCE = new RegExp(
  String.raw`^(?<name>(?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>${DIGEST}))?$`,
);
/** A bare image identifier is no name. */
const IDENTIFIER = /^[a-f0-9]{64}$/;
