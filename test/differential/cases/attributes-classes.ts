import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type Json } from "../define-case.ts";

// A class of attributes that a claim or a volume names stays until none does.

const CLASSES = "/apis/storage.k8s.io/v1/volumeattributesclasses";
const CLAIMS = "/api/v1/namespaces/{ns}/persistentvolumeclaims";
const VOLUMES = "/api/v1/persistentvolumes";
const spec = { accessModes: ["ReadWriteOnce"], volumeAttributesClassName: "{ns}" };
const isGone = ({ code }: Json) => code === 404;
const metadata = { name: "{ns}" };

export default defineCase("attributes-classes", "cluster", [
  { ask: `POST ${CLASSES}`, body: { metadata, driverName: "example.com", parameters: { a: "b" } } },
  { ask: `DELETE ${CLASSES}/{ns}` },
  { ask: `GET ${CLASSES}/{ns}`, until: isGone },
  { ask: `POST ${CLASSES}`, body: { metadata, driverName: "example.com", parameters: { a: "b" } } },
  { ask: `PATCH ${CLASSES}/{ns}`, headers: merge, body: { metadata: { finalizers: null } }, see: () => "written" },
  { ask: `GET ${CLASSES}/{ns}`, until: (body: Json) => body.metadata.finalizers?.length === 1 },
  {
    ask: `POST ${CLAIMS}`,
    body: {
      metadata: { name: "one" },
      spec: { ...spec, storageClassName: "{ns}", resources: { requests: { storage: "1Gi" } } },
    },
  },
  {
    ask: `POST ${VOLUMES}`,
    body: {
      metadata,
      spec: {
        ...spec,
        storageClassName: "{ns}-other",
        capacity: { storage: "1Gi" },
        csi: { driver: "example.com", volumeHandle: "a" },
      },
    },
  },
  { ask: `DELETE ${CLASSES}/{ns}` },
  { ask: `DELETE ${CLAIMS}/one`, see: () => "deleted" },
  { ask: `GET ${CLAIMS}/one`, until: isGone },
  { ask: `GET ${CLASSES}/{ns}` },
  { ask: `DELETE ${VOLUMES}/{ns}`, see: () => "deleted" },
  { ask: `GET ${CLASSES}/{ns}`, until: isGone },
]);
