import assert from "node:assert/strict";
import { test } from "node:test";

import type { Mutable } from "../../../machinery/object.ts";
import { decoded } from "../../answers.fixture.ts";
import type { Pod } from "../../generated/core-v1.ts";
import { fillAppArmorProfiles } from "./app-armor.ts";

const KEY = "container.apparmor.security.beta.kubernetes.io/main";
const WARNING = `metadata.annotations[${KEY}]: deprecated since v1.30; use the "appArmorProfile" field instead`;
const RUNTIME = { type: "RuntimeDefault" };

for (const { annotation, spec = {}, container = {}, profile, warned } of [
  { annotation: "runtime/default", profile: RUNTIME, warned: true },
  { annotation: "unconfined", profile: { type: "Unconfined" }, warned: true },
  { annotation: "localhost/a/b", profile: { type: "Localhost", localhostProfile: "a/b" }, warned: true },
  { annotation: "localhost/", profile: undefined, warned: true },
  { annotation: "localhost/ a", profile: undefined, warned: true },
  { annotation: "", profile: undefined, warned: true },
  { annotation: undefined, profile: undefined, warned: false },
  {
    annotation: "runtime/default",
    spec: { securityContext: { appArmorProfile: RUNTIME } },
    profile: undefined,
    warned: false,
  },
  {
    annotation: "unconfined",
    spec: { securityContext: { appArmorProfile: RUNTIME } },
    profile: { type: "Unconfined" },
    warned: true,
  },
  {
    annotation: "unconfined",
    container: { securityContext: { appArmorProfile: RUNTIME } },
    profile: RUNTIME,
    warned: false,
  },
  { annotation: "runtime/default", spec: { os: { name: "windows" } }, profile: undefined, warned: false },
]) {
  const beside = JSON.stringify({ ...spec, ...container });
  test(`app-armor: annotation ${annotation} beside ${beside}`, () => {
    const pod = decoded({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "one", annotations: annotation === undefined ? {} : { [KEY]: annotation } },
      spec: { ...spec, containers: [{ name: "main", image: "web:1", ...container }] },
    }) as unknown as Mutable<Pod>;
    const warnings: string[] = [];
    fillAppArmorProfiles(pod, { warn: (text) => void warnings.push(text) });
    assert.deepEqual(pod.spec.containers[0]!.securityContext?.appArmorProfile, profile);
    assert.deepEqual(warnings, warned ? [WARNING] : []);
  });
}
