import { apply } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase } from "../define-case.ts";

// What may not be changed, among other mistakes: in which order they are told.

const HERE = "/api/v1/namespaces/{ns}";
const CLASSES = "/apis/storage.k8s.io/v1/volumeattributesclasses";
const INGRESSES = "/apis/networking.k8s.io/v1/ingressclasses";
const PRIORITIES = "/apis/scheduling.k8s.io/v1/priorityclasses";
const metadata = { name: "{ns}" };
const wrong = { ...metadata, ownerReferences: [{}], labels: { "a b": "c" } };
const priority = (more: object = {}) => ({
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { ...metadata, ...more },
  value: 7,
});

export default defineCase("fixed-fields", "api", [
  { ask: `POST ${HERE}/configmaps`, body: { metadata, immutable: true, data: { a: "b" } } },
  { ask: `PUT ${HERE}/configmaps/{ns}`, body: { metadata: wrong, data: { "a b": "b" } } },
  { ask: `POST ${HERE}/secrets`, body: { metadata, immutable: true, data: { a: "Yg==" } } },
  { ask: `PUT ${HERE}/secrets/{ns}`, body: { metadata: wrong, type: "kubernetes.io/tls", data: { "a b": "Yg==" } } },
  { ask: `POST ${CLASSES}`, body: { metadata, driverName: "a.b", parameters: { a: "b" } } },
  { ask: `PUT ${CLASSES}/{ns}`, body: { metadata: wrong, driverName: "", parameters: {} } },
  { ask: `POST ${INGRESSES}`, body: { metadata, spec: { controller: "a.b/c" } } },
  { ask: `PUT ${INGRESSES}/{ns}`, body: { metadata: wrong, spec: { controller: "x" } } },
  // A link to itself is nothing that is stored, and still makes a change of an apply that is none.
  { ask: `POST ${PRIORITIES}`, body: priority() },
  { ask: `PATCH ${PRIORITIES}/{ns}?fieldManager=one`, headers: apply, body: priority() },
  { ask: `PATCH ${PRIORITIES}/{ns}?fieldManager=one`, headers: apply, body: priority({ selfLink: "/x" }) },
  { ask: "PUT /api/v1/namespaces/{ns}/finalize", body: { metadata, spec: { finalizers: ["a", null] } } },
  { ask: "PUT /api/v1/namespaces/{ns}/finalize", body: { metadata: wrong, spec: {} } },
  { ask: "PUT /api/v1/namespaces/{ns}", body: { metadata, spec: { finalizers: ["a", null] } } },
  { ask: `DELETE ${CLASSES}/{ns}` },
  { ask: `DELETE ${INGRESSES}/{ns}` },
  { ask: `DELETE ${PRIORITIES}/{ns}` },
]);
