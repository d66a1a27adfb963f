import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase } from "../define-case.ts";

// Prefixes of names, beside a name and without: most kinds check them, two leave them to the name that comes of them.

const PREFIXES = ["Not valid!", "a/b", "a%", "..", "long-".repeat(60), "a."];
const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image: "web:1" }] } };
const COLLECTIONS = {
  "/api/v1/namespaces/{ns}/configmaps": {},
  "/api/v1/namespaces/{ns}/replicationcontrollers": { spec: { template } },
  "/apis/resource.k8s.io/v1/deviceclasses": {},
};

const seen = ({ code, message }: { readonly code?: number; readonly message?: string }) => ({
  code,
  message: message?.replaceAll(/[a-z0-9]{5}"/g, '"'),
});

export default defineCase(
  "generated-names",
  "api",
  PREFIXES.flatMap((generateName, index) =>
    Object.entries(COLLECTIONS).flatMap(([collection, object]) => [
      { ask: `POST ${collection}`, body: { ...object, metadata: { name: `{ns}-${index}`, generateName } } },
      { ask: `PATCH ${collection}/{ns}-${index}`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
      { ask: `POST ${collection}?dryRun=All`, body: { ...object, metadata: { generateName } }, see: seen },
    ]),
  ),
);
