import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type Json, type Step } from "../define-case.ts";

// What definitions of custom kinds are refused for.

const AT = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const string = { type: "string" };
const schema = {
  openAPIV3Schema: {
    type: "object",
    properties: {
      spec: { type: "object", properties: { a: string, b: { type: "array", items: string } } },
      map: { type: "object", additionalProperties: string },
    },
  },
};
const version = { name: "v1", served: true, storage: true, schema };
const definition = (spec: object, metadata: object = {}, group = "{ns}.example.com") => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `things.${group}`, ...metadata },
  spec: { group, scope: "Cluster", names: { plural: "things", kind: "Thing" }, versions: [version], ...spec },
});
const created = (body: object) => ({ ask: `POST ${AT}?dryRun=All`, body });
const annotated = (text: string) => ({ annotations: { "api-approved.kubernetes.io": text } });
const selecting = (...paths: readonly string[]) => ({ selectableFields: paths.map((jsonPath) => ({ jsonPath })) });
/** Conditions come from a loop, in its own time. */
const told = ({ kind, message }: Json) => ({ kind, message });
const approval = ({ status }: Json) => {
  const found = status.conditions?.find(({ type }: Json) => type === "KubernetesAPIApprovalPolicyConformant");
  return found && { ...found, lastTransitionTime: "" };
};
const other = { ...version, name: "v2", storage: false };

export default defineCase("definitions", "api", [
  ...[
    { deprecationWarning: "old" },
    { deprecated: true, deprecationWarning: "" },
    { deprecated: true, deprecationWarning: `ä\n${"x".repeat(256)}` },
    { name: "V1" },
    { name: "" },
    selecting("", "spec.a", ".spec.", ".spec.b", ".spec.none", ".spec['a']", ".metadata.name", ".map.any", ".spec.a"),
    selecting(".spec.a", ".spec.a"),
    selecting(..."abcdefghi".split("").map((name) => `.map.${name}`)),
  ].map((parts) => created(definition({ versions: [{ ...version, ...parts }] }))),
  created(definition({ versions: [] })),
  created(definition({ versions: [{ ...version, ...selecting(".spec.none") }, other] })),
  created(definition({ versions: [version, other].map((each) => ({ ...each, ...selecting(".none") })) })),
  created(
    definition({
      versions: [version, { ...other, schema: { openAPIV3Schema: { type: "object" } } }].map((each) => ({
        ...each,
        ...selecting(".spec.a"),
      })),
    }),
  ),
  ...[
    { strategy: "None", webhook: {} },
    { strategy: "Webhook", webhook: { conversionReviewVersions: [], clientConfig: { url: "https://a" } } },
  ].map((conversion) => created(definition({ conversion }))),
  ...["", "x", "https://", "https://example.com/1", "unapproved, so far", "unapproved"].map((text) =>
    created(definition({}, annotated(text), "{ns}.k8s.io")),
  ),
  created(definition({}, {}, "{ns}.kubernetes.io")),
  { ask: `POST ${AT}`, body: definition({}, annotated("unapproved"), "{ns}.k8s.io") },
  ...["unapproved still", "x", null].map((text) => ({
    ask: `PATCH ${AT}/things.{ns}.k8s.io?dryRun=All`,
    headers: merge,
    body: { metadata: { annotations: { "api-approved.kubernetes.io": text } } },
    see: told,
  })),
  ...["unapproved", "unapproved still", "https://example.com/1"].flatMap((text): readonly Step[] => [
    { ask: `PATCH ${AT}/things.{ns}.k8s.io`, headers: merge, body: { metadata: annotated(text) }, see: told },
    {
      ask: `GET ${AT}/things.{ns}.k8s.io`,
      until: (body: Json) => approval(body)?.message.includes(text.slice(-5)) && body.status.conditions.length === 3,
      see: approval,
    },
  ]),
  { ask: `DELETE ${AT}/things.{ns}.k8s.io`, see: told },
]);
