import { goJsonType } from "./go-json.ts";

/** Why nobody can tell of which kind and version a document of JSON is, in Kubernetes' words. */
export function typeProblem(document: unknown): string | undefined {
  if (typeof document !== "object" || Array.isArray(document)) {
    const target = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
    return `${UNREADABLE}json: cannot unmarshal ${goJsonType(document)} into Go value of type ${target}`;
  }
  for (const member of ["apiVersion", "kind"]) {
    const given = (document as Readonly<Record<string, unknown>> | null)?.[member] ?? "";
    if (typeof given === "string") continue;
    return `${UNREADABLE}json: cannot unmarshal ${goJsonType(given)} into Go struct field .${member} of type string`;
  }
  const { apiVersion } = (document ?? {}) as { readonly apiVersion?: string | null };
  if ((apiVersion ?? "").split("/").length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  return undefined;
}

const UNREADABLE = "couldn't get version/kind; json parse error: ";
