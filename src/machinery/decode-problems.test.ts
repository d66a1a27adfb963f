import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeValue } from "./decode.ts";
import { restoreProblem } from "./patch/restore.ts";
import { loadShapes } from "./shapes/load.ts";

const shapes = loadShapes({
  structs: {
    "io.k8s.api.core.v1.Port": [["protocol", "string", "o", 1, { goType: "v1.Protocol" }]],
    "io.k8s.api.core.v1.Volume": [
      ["name", "string", "r", 1],
      ["emptyDir", "io.k8s.api.core.v1.Empty", "po", 2, { within: [2], inlined: ["VolumeSource"] }],
      ["modes", "[]string", "o", 3, { goType: "[]v1.Mode" }],
      ["limits", "{}quantity", "o", 4, { goType: "v1.ResourceList" }],
      ["ports", "[]io.k8s.api.core.v1.Port", "o", 5],
      ["bytes", "byte", "o", 7],
      ["size", "int32", "o", 6, { goType: "v1.Size" }],
    ],
    "io.k8s.api.core.v1.Empty": [["medium", "string", "o", 1, { goType: "v1.Medium" }]],
  },
  atomic: [],
});
const volume = shapes("io.k8s.api.core.v1.Volume");

const refusals: readonly (readonly [body: object, says: string])[] = [
  [{ name: 1 }, "number into Go struct field Volume.name of type string"],
  [{ emptyDir: [] }, "array into Go struct field Volume.VolumeSource.emptyDir of type v1.Empty"],
  [{ emptyDir: { medium: 1 } }, "number into Go struct field Empty.VolumeSource.emptyDir.medium of type v1.Medium"],
  [{ modes: "all" }, "string into Go struct field Volume.modes of type []v1.Mode"],
  [{ modes: [true] }, "bool into Go struct field Volume.modes of type v1.Mode"],
  [{ limits: "much" }, "string into Go struct field Volume.limits of type v1.ResourceList"],
  [{ ports: [{ protocol: {} }] }, "object into Go struct field Port.ports.protocol of type v1.Protocol"],
  [{ bytes: ["x"] }, "string into Go struct field Volume.bytes of type uint8"],
  [{ bytes: [1, 256] }, "number 256 into Go struct field Volume.bytes of type uint8"],
  [{ size: 1.5 }, "number 1.5 into Go struct field Volume.size of type v1.Size"],
];

test("decode: refusals name Go's types, and the structs that Go inlines", () => {
  for (const [body, says] of refusals) {
    assert.throws(() => decodeValue(volume, body), { message: `json: cannot unmarshal ${says}` });
  }
});

test("decode: bytes may come one by one", () => {
  assert.equal((decodeValue(volume, { bytes: [104, 105] }).value as { bytes: string }).bytes, btoa("hi"));
});

test("decode: so does what is said of a patched object", () => {
  assert.equal(restoreProblem(volume, { modes: [1] }), "cannot convert int64 to v1.Mode");
  assert.equal(restoreProblem(volume, { modes: [true] }), "unrecognized type: string");
});
