import { allFacts } from "../../../api/generated/resources.ts";
import { shapes } from "../../../api/generated/shapes.ts";
import type { StructShape } from "../../../machinery/shape.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** Kinds that every group has under its own name. */
const COMMON = new Set([
  "APIGroup",
  "APIGroupList",
  "APIResourceList",
  "APIVersions",
  "CreateOptions",
  "DeleteOptions",
  "GetOptions",
  "ListOptions",
  "PatchOptions",
  "Status",
  "UpdateOptions",
]);

let known: ReadonlyMap<string, StructShape> | undefined;

/** The shape of a kind that protobuf has a message for: no custom one, and no Table. */
export function shapeOf(apiVersion: string, kind: string): StructShape | undefined {
  if (COMMON.has(kind)) return shapes(`${META}.${kind}`);
  known ??= new Map(
    allFacts.map((facts) => [
      `${facts.group === "" ? "" : `${facts.group}/`}${facts.version}/${facts.kind}`,
      facts.shape,
    ]),
  );
  const resource = known.get(`${apiVersion}/${kind}`);
  if (resource !== undefined) return resource;
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  // Both versions of a partial object are one message.
  if (group === "meta.k8s.io") return kind.startsWith("PartialObjectMetadata") ? shapes(`${META}.${kind}`) : undefined;
  // The bodies of subresources are no resources themselves: Scale, Eviction, TokenRequest.
  const name = `io.k8s.api.${group!.split(".", 1)[0]}.${version}.${kind}`;
  return shapes.names.includes(name) ? shapes(name) : undefined;
}
