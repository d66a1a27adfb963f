/** The full name of an image: `nginx` is `docker.io/library/nginx:latest`, as everywhere in the container world. */
export function imageName(short: string): string {
  const slash = short.indexOf("/");
  const first = slash === -1 ? "" : short.slice(0, slash);
  const hasHost = first.includes(".") || first.includes(":") || first === "localhost";
  const host = hasHost ? first : "docker.io";
  const rest = hasHost ? short.slice(slash + 1) : short;
  const path = host === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest;
  const hasTag = path.includes("@") || /:[^/]+$/.test(path);
  return `${host}/${path}${hasTag ? "" : ":latest"}`;
}
