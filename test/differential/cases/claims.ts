import { apply, merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type Step } from "../define-case.ts";

// What of a claim may still change.

const CLAIMS = "/api/v1/namespaces/{ns}/persistentvolumeclaims";
const ANNOTATION = "volume.beta.kubernetes.io/storage-class";
const annotated = (name: string | null) => ({ metadata: { annotations: { [ANNOTATION]: name } } });
const classed = (storageClassName: string | null) => ({ spec: { storageClassName } });

const made = (name: string, more: object = {}): Step => ({
  ask: `POST ${CLAIMS}`,
  body: {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, ...more },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
  },
});

const changed = (name: string, ...changes: readonly object[]): readonly Step[] =>
  changes.map((body) => ({ ask: `PATCH ${CLAIMS}/${name}`, headers: merge, body }));

export default defineCase("changes-of-claims", "api", [
  made("unclassed"),
  ...changed("unclassed", annotated("gold"), classed(""), classed("gold"), classed(null)),
  made("annotated", annotated("gold").metadata),
  ...changed(
    "annotated",
    annotated("silver"),
    annotated(null),
    classed("silver"),
    classed(""),
    { ...annotated("silver"), ...classed("gold") },
    { ...annotated(null), ...classed("gold") },
    annotated("gold"),
  ),
  made("kept", annotated("").metadata),
  ...changed("kept", annotated(null), classed(""), annotated("")),
  made("bound"),
  ...changed("bound", { spec: { volumeName: "a" } }, { spec: { volumeName: "b" } }, { spec: { volumeMode: "Block" } }),
  {
    ask: `PATCH ${CLAIMS}/bound/status`,
    headers: merge,
    body: { status: { phase: "Bound", capacity: { storage: "1Gi" }, currentVolumeAttributesClassName: "gold" } },
  },
  ...changed(
    "bound",
    { spec: { volumeAttributesClassName: "gold" } },
    { spec: { volumeAttributesClassName: "" } },
    { spec: { volumeAttributesClassName: null } },
    ...["3Gi", "1500Mi", "1Gi", "0", null].map((storage) => ({ spec: { resources: { requests: { storage } } } })),
    { spec: { resources: null } },
    { spec: { resources: { limits: { storage: "1Gi" } }, storageClassName: "gold" } },
  ),
  // What was once given empty is not there any more.
  ...[{ limits: {} }, {}].map((more, index) => ({
    ask: `PATCH ${CLAIMS}/applied?fieldManager=one`,
    headers: apply,
    body: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "applied" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" }, ...more },
        ...(index === 0 ? {} : { selector: { matchLabels: { a: "b" } } }),
      },
    },
  })),
]);
