import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBase64 } from "../../../machinery/base64.ts";
import { decoded } from "../../answers.fixture.ts";
import type { RuleContext } from "../../kind.ts";
import { Secret } from "./secret.ts";

const context = {
  certificates: { keyPairProblem: (certificate: string, key: string) => `${certificate} is not for ${key}` },
} as unknown as RuleContext;

function warnings(type: string): readonly string[] {
  const data = { "tls.crt": encodeBase64("one"), "tls.key": encodeBase64("other") };
  const secret = decoded({ apiVersion: "v1", kind: "Secret", metadata: { name: "one" }, type, data });
  return [...Secret.warnings!(secret as unknown as Secret, undefined, context)];
}

test("secret: a certificate and a key that are no pair are warned of, in the type for such", () => {
  assert.deepEqual(warnings("kubernetes.io/tls"), ["one is not for other"]);
  assert.deepEqual(warnings("Opaque"), []);
});
