import type { Container, HTTPGetAction } from "../../api/generated/core-v1.ts";
import type { HttpGet } from "../ports/network.ts";

/** The request of a probe or a lifecycle hook. @throws Error where the port has no number. */
export function httpRequest(
  action: HTTPGetAction,
  container: Container,
  podIP: string,
  purpose: "probe" | "lifecycle",
): HttpGet {
  const scheme = (action.scheme ?? "HTTP").toLowerCase();
  const host = (action.host ?? "") === "" ? podIP : action.host!;
  const port = containerPort(action.port, container);
  const path = action.path ?? "";
  const address = host.includes(":") ? `[${host}]` : host;
  const given = action.httpHeaders ?? [];
  const has = (name: string) => given.some((header) => header.name.toLowerCase() === name);
  const headers = [
    ...given.filter(({ name, value }) => !(name.toLowerCase() === "accept" && (value ?? "") === "")),
    ...(has("user-agent") ? [] : [{ name: "User-Agent", value: `kube-${purpose}/1.36` }]),
    ...(has("accept") ? [] : [{ name: "Accept", value: "*/*" }]),
  ].map(({ name, value }) => ({ name, value: value ?? "" }));
  return { url: `${scheme}://${address}:${port}${path === "" || path.startsWith("/") ? path : `/${path}`}`, headers };
}

/** A port by number or by its name in the container. @throws Error */
export function containerPort(port: number | string, container: Container): number {
  const named =
    typeof port === "string" ? container.ports?.find(({ name }) => name === port)?.containerPort : undefined;
  const number = named ?? Number(port);
  if (Number.isNaN(number)) throw new Error(`strconv.Atoi: parsing "${port}": invalid syntax`);
  if (number > 0 && number < 65536) return number;
  throw new Error(`invalid port number: ${port}`);
}
