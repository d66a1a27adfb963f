import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBase64 } from "../../machinery/base64.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { bootstrapTokens } from "./bootstrap-token.ts";

const TOKEN = "abcdef.0123456789abcdef";
const NOW_MS = Date.UTC(2026, 0, 1);
const FIELDS = {
  "token-id": "abcdef",
  "token-secret": "0123456789abcdef",
  "usage-bootstrap-authentication": "true",
  "auth-extra-groups": "system:bootstrappers:b,system:bootstrappers:a",
};

function verdict(token: string, fields: object, more: object = {}) {
  const data = Object.fromEntries(
    Object.entries({ ...FIELDS, ...fields }).map(([name, text]) => [name, encodeBase64(String(text))]),
  );
  const secret = { metadata: {}, type: "bootstrap.kubernetes.io/token", data, ...more } as unknown as KubeObject;
  const objects = {
    get: (_: string, namespace: string, name: string) =>
      namespace === "kube-system" && name === "bootstrap-token-abcdef" ? secret : undefined,
  };
  return bootstrapTokens(objects)(token, ["api"], NOW_MS);
}

test("a bootstrap token is a user of its own, in the groups that it names", () => {
  const answer = verdict(TOKEN, { expiration: "2026-01-01T00:00:01Z" });
  assert(answer.type === "user");
  assert.equal(answer.user.name, "system:bootstrap:abcdef");
  assert.deepEqual(answer.user.groups, [
    "system:bootstrappers",
    "system:bootstrappers:a",
    "system:bootstrappers:b",
    "system:authenticated",
  ]);
});

const BAD: readonly (readonly [string, string, object, object?])[] = [
  ["another secret", "abcdef.0123456789abcdeg", {}],
  ["a shorter secret", "abcdef.0123456789abcde", {}],
  ["an unknown id", "abcdeg.0123456789abcdef", {}],
  ["one that ended", TOKEN, { expiration: "2026-01-01T00:00:00Z" }],
  ["an end that nobody can read", TOKEN, { expiration: "soon" }],
  ["one that is for signing only", TOKEN, { "usage-bootstrap-authentication": "false" }],
  ["a group that tokens may not give", TOKEN, { "auth-extra-groups": "system:masters" }],
  ["a secret of another type", TOKEN, {}, { type: "Opaque" }],
  ["one that is being deleted", TOKEN, {}, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }],
];

for (const [what, token, fields, more] of BAD) {
  test(`no bootstrap token: ${what}`, () => assert.deepEqual(verdict(token, fields, more), { type: "unknown" }));
}
