import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, Secret } from "../../api/generated/core-v1.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import type { RegistryAuth } from "../ports/runtime.ts";
import { parseImageName, withTag } from "./image-name.ts";
import { credentialsFor } from "./pull-secrets.ts";
import { ImagePuller, StartError } from "./puller.ts";

for (const [text, name] of [
  ["nginx", { registry: "docker.io", repository: "library/nginx", tag: "latest", digest: "" }],
  ["nginx:1.16", { registry: "docker.io", repository: "library/nginx", tag: "1.16", digest: "" }],
  ["me/app", { registry: "docker.io", repository: "me/app", tag: "latest", digest: "" }],
  ["localhost:5000/a/b:v1", { registry: "localhost:5000", repository: "a/b", tag: "v1", digest: "" }],
  ["ghcr.io/x/y", { registry: "ghcr.io", repository: "x/y", tag: "latest", digest: "" }],
] as const) {
  test(`image name ${text}`, () => assert.deepEqual(parseImageName(text), name));
}

test("image names that are none", () => {
  for (const text of ["", "UPPER", "a//b", "a:b:c", "nginx:", "-x"]) {
    assert.throws(() => parseImageName(text), /^Error: couldn't parse image name ".*": invalid reference format/, text);
  }
  const digest = `nginx@sha256:${"0".repeat(64)}`;
  assert.equal(withTag(digest), digest);
  assert.equal(withTag("nginx"), "nginx:latest");
});

test("pull secrets: the longest path that covers the image comes first", () => {
  const auths = {
    "https://index.docker.io/v1/": { auth: btoa("docker:one") },
    "*.example.com": { username: "any", password: "two" },
    "reg.example.com/team": { username: "team", password: "three" },
  };
  const secrets = [{ data: { ".dockerconfigjson": btoa(JSON.stringify({ auths })) } } as unknown as Secret];
  assert.deepEqual(credentialsFor("nginx", secrets), [
    { serverAddress: "docker.io", username: "docker", password: "one" },
  ]);
  assert.deepEqual(
    credentialsFor("reg.example.com/team/app", secrets).map(({ username }) => username),
    ["team", "any"],
  );
  assert.deepEqual(credentialsFor("other.org/app", secrets), []);
});

test("policies, events and the back-off", async () => {
  const clock = new VirtualClock(0);
  const events: string[] = [];
  const tried: (RegistryAuth | undefined)[] = [];
  let here = false;
  let failure: string | undefined = "no route";
  const runtime = {
    image: async () => (here ? { id: "sha256:1", tags: [], digests: [], sizeBytes: 5 } : undefined),
    async pullImage(_image: string, auth: RegistryAuth | undefined) {
      tried.push(auth);
      if (failure !== undefined) throw new Error(failure);
      here = true;
    },
  };
  const puller = new ImagePuller(runtime as never, clock);
  const ensure = (imagePullPolicy: string) =>
    puller.ensure({
      pod: { metadata: { uid: "u" } } as Pod,
      image: "app:1",
      policy: imagePullPolicy,
      container: "c",
      secrets: [],
      onEvent: ({ reason, message }) => events.push(`${reason} ${message}`),
      signal: new AbortController().signal,
    });
  const failed = async (policy: string) => {
    const error: unknown = await ensure(policy).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert(error instanceof StartError);
    return error.failure;
  };
  assert.equal((await failed("Never")).reason, "ErrImageNeverPull");
  const first = await failed("IfNotPresent");
  assert.deepEqual([first.reason, first.message, first.retryAtMs], ["ErrImagePull", "no route", 10_000]);
  assert.deepEqual(
    [first.later?.reason, first.later?.message],
    ["ImagePullBackOff", 'Back-off pulling image "app:1": ErrImagePull: no route'],
  );
  await clock.advance(10_000);
  assert.equal((await failed("IfNotPresent")).retryAtMs, 30_000);
  failure = undefined;
  assert.equal((await ensure("Always")).id, "sha256:1");
  assert.equal((await ensure("IfNotPresent")).id, "sha256:1");
  assert.deepEqual(events, [
    'ErrImageNeverPull Container image "app:1" is not present with pull policy of Never',
    'Pulling Pulling image "app:1"',
    'Failed Failed to pull image "app:1": no route',
    'Pulling Pulling image "app:1"',
    'Failed Failed to pull image "app:1": no route',
    'Pulling Pulling image "app:1"',
    'Pulled Successfully pulled image "app:1" in 0s (0s including waiting). Image size: 5 bytes.',
    'Pulled Container image "app:1" already present on machine and can be accessed by the pod',
  ]);
  assert.deepEqual(tried, [undefined, undefined, undefined]);
});
