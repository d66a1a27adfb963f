import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "../../api/core/v1/pod.ts";
import type { Kind } from "../../api/kind.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import type { AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { runtimeClass } from "./runtime-class.ts";

const classes: Readonly<Record<string, object>> = {
  plain: { handler: "runc" },
  heavy: {
    handler: "vm",
    overhead: { podFixed: { cpu: "10m", memory: "1Mi" } },
    scheduling: {
      nodeSelector: { vm: "yes" },
      tolerations: [
        { key: "vm", operator: "Exists" },
        { key: "vm", operator: "Equal", value: "on", effect: "NoSchedule" },
      ],
    },
  },
};
const lookup = { get: (_resource: string, name: string) => classes[name], list: () => [] } as unknown as Lookup;
const plugin = runtimeClass(lookup);

function admitted(spec: MutableJsonObject): MutableJsonObject {
  const object = { metadata: { name: "web" }, spec: { ...spec } };
  const request = {
    operation: "CREATE",
    kind: Pod as unknown as Kind,
    namespace: "default",
    name: "web",
    subresource: "",
    object,
  } as unknown as AdmissionRequest;
  void plugin.admit!(request);
  void plugin.validate!(request);
  return object.spec;
}

test("runtime class: its overhead and its nodes become the pod's", () => {
  assert.deepEqual(admitted({}), {});
  assert.deepEqual(admitted({ runtimeClassName: "plain" }), { runtimeClassName: "plain" });
  assert.deepEqual(admitted({ runtimeClassName: "heavy", nodeSelector: { zone: "a" } }), {
    runtimeClassName: "heavy",
    overhead: { cpu: "10m", memory: "1Mi" },
    nodeSelector: { zone: "a", vm: "yes" },
    tolerations: [{ key: "vm", operator: "Exists" }],
  });
});

test("runtime class: what does not fit is refused", () => {
  const cases: readonly [spec: MutableJsonObject, message: RegExp][] = [
    [
      { runtimeClassName: "gone" },
      /^StatusError: pods "web" is forbidden: pod rejected: RuntimeClass "gone" not found$/,
    ],
    [
      { runtimeClassName: "heavy", overhead: { cpu: "1" } },
      /Pod's Overhead doesn't match RuntimeClass's defined Overhead/,
    ],
    [{ overhead: { cpu: "1" } }, /Pod Overhead set without corresponding RuntimeClass defined Overhead/],
    [
      { runtimeClassName: "heavy", nodeSelector: { vm: "no" } },
      /conflict: runtimeClass\.scheduling\.nodeSelector\[vm\] = yes; pod\.spec\.nodeSelector\[vm\] = no/,
    ],
  ];
  for (const [spec, message] of cases) assert.throws(() => admitted(spec), message);
});
