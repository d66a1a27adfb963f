import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../base/random.ts";
import type { JsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { TokenClaims, TokenSigner } from "../tokens.ts";
import { createAuthenticator } from "./authenticate.ts";
import { reviewLocalAccess, reviewSelf, reviewSelfRules, reviewSubjectAccess, reviewToken } from "./reviews.ts";
import { serviceAccountTokens } from "./service-account-token.ts";
import { staticTokens } from "./static-token.ts";
import { anyToken } from "./token.ts";
import { issueToken } from "./token-request.ts";
import type { Authorizer } from "./user.ts";

const AUDIENCE = "https://kubernetes.default.svc";
const NOW = Date.parse("2026-11-21T08:40:08Z");

/** Signs by writing the claims down: who made the signature is another room's concern. */
const signer: TokenSigner = {
  sign: (claims) => `e30.${btoa(JSON.stringify(claims))}.ok`,
  verify: (token) => (token.endsWith(".ok") ? (JSON.parse(atob(token.split(".")[1]!)) as TokenClaims) : undefined),
};

const world = new Map<string, KubeObject>();
const objects = {
  get: (resource: string, namespace: string, name: string) => world.get(`${resource}/${namespace}/${name}`),
};
put("serviceaccounts", "default", "foo", "sa-uid");
put("pods", "default", "p1", "pod-uid", { spec: { serviceAccountName: "foo", nodeName: "n1" } });
put("nodes", "", "n1", "node-uid");

const apiAudiences = [AUDIENCE];
const authenticator = createAuthenticator({
  tokens: anyToken([
    staticTokens([{ token: "bob", name: "bob", uid: "2", groups: ["devs"] }], apiAudiences),
    serviceAccountTokens({ signer, objects, issuer: AUDIENCE, apiAudiences }),
  ]),
  apiAudiences,
  anonymous: true,
});

const request = (headers: Record<string, string>, peer = {}) => ({ headers, peer: { address: "127.0.0.1", ...peer } });
const bearer = (token: string) => request({ authorization: `Bearer ${token}` });

test("authenticate: certificates, tokens, nobody", () => {
  const certificate = { commonName: "alice", organizations: ["devs", "ops"], fingerprint: "1A6F" };
  assert.deepEqual(authenticator.authenticate(request({}, { certificate }), NOW), {
    name: "alice",
    uid: "",
    groups: ["devs", "ops", "system:authenticated"],
    extra: { "authentication.kubernetes.io/credential-id": ["X509SHA256=1a6f"] },
  });
  assert.deepEqual(authenticator.authenticate(bearer("bob"), NOW).groups, ["devs", "system:authenticated"]);
  assert.equal(authenticator.authenticate(request({}), NOW).name, "system:anonymous");
  assert.throws(() => authenticator.authenticate(bearer("nope"), NOW), /Unauthorized/);
  assert.throws(() => authenticator.authenticate(request({}, { badCertificate: true }), NOW), /Unauthorized/);
  assert.equal(
    authenticator.authenticate({ ...bearer("bob"), peer: { address: "", badCertificate: true } }, NOW).name,
    "bob",
  );
  const closed = createAuthenticator({ tokens: () => ({ type: "unknown" }), apiAudiences, anonymous: false });
  assert.throws(() => closed.authenticate(request({}), NOW), /Unauthorized/);
  const socket = request({
    "sec-websocket-protocol": `v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.${btoa("bob")}`,
  });
  assert.equal(authenticator.authenticate(socket, NOW).name, "bob");
});

const tokenFor = (spec: JsonObject, warn: (text: string) => void = () => {}) => {
  const issuing = { signer, objects, issuer: AUDIENCE, apiAudiences, random: seededRandom(1), maximumSeconds: 7200 };
  return issueToken({ namespace: "default", name: "foo", request: { metadata: {}, spec }, nowMs: NOW, warn }, issuing);
};
const boundToPod = { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p1" } };

test("tokens: one for a pod tells pod and node, and lives as long as the pod", () => {
  const answer = tokenFor({ ...boundToPod, expirationSeconds: 3607 });
  const { token, expirationTimestamp } = answer["status"] as { token: string; expirationTimestamp: string };
  assert.equal(expirationTimestamp, "2026-11-21T09:40:15Z");
  const claims = signer.verify(token)!;
  assert.equal(claims.exp - claims.iat, 31_536_000, "extended for kubelets");
  const user = authenticator.authenticate(bearer(token), NOW);
  assert.deepEqual(user, {
    name: "system:serviceaccount:default:foo",
    uid: "sa-uid",
    groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
    extra: {
      "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`],
      "authentication.kubernetes.io/node-name": ["n1"],
      "authentication.kubernetes.io/node-uid": ["node-uid"],
      "authentication.kubernetes.io/pod-name": ["p1"],
      "authentication.kubernetes.io/pod-uid": ["pod-uid"],
    },
  });
  assert.equal(authenticator.authenticate(bearer(token), NOW), user, "the very same user");
  const pod = world.get("pods/default/p1")!;
  world.delete("pods/default/p1");
  assert.throws(() => authenticator.authenticate(bearer(token), NOW), /Unauthorized/);
  assert.equal(reviewError(token), "[invalid bearer token, service account token has been invalidated]");
  world.set("pods/default/p1", pod);
});

test("tokens: bounds and refusals", () => {
  const warnings: string[] = [];
  assert.deepEqual(tokenFor({ expirationSeconds: 9_999_999 }, (text) => warnings.push(text))["spec"], {
    audiences: [AUDIENCE],
    expirationSeconds: 7200,
    boundObjectRef: null,
  });
  assert.deepEqual(warnings, ["requested expiration of 9999999 seconds shortened to 7200 seconds"]);
  const cases: readonly [JsonObject, string][] = [
    [
      { expirationSeconds: 60 },
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
    [
      { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p1", uid: "zz" } },
      'Operation cannot be fulfilled on Pod "p1": the UID in the bound object reference (zz) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    [{ boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p2" } }, 'pods "p2" not found'],
    [
      { boundObjectRef: { kind: "ConfigMap", apiVersion: "v1", name: "p1" } },
      "cannot bind token to object of type /v1, Kind=ConfigMap",
    ],
  ];
  for (const [spec, message] of cases) assert.throws(() => tokenFor(spec), { message });
});

test("tokens: audience and time", () => {
  const { token } = tokenFor({ audiences: ["x"] })["status"] as { token: string };
  assert.equal(
    reviewError(token),
    `[invalid bearer token, token audiences ["x"] is invalid for the target audiences ["${AUDIENCE}"]]`,
  );
  assert.deepEqual(reviewed(token, ["x", "y"])["audiences"], ["x"]);
  assert.equal(reviewError(token, ["x"], NOW + 3_700_000), "[invalid bearer token, service account token has expired]");
  assert.equal(reviewError("nope"), "invalid bearer token");
});

const nobody: Authorizer = {
  authorize: () => ({ allowed: false, reason: "RBAC: why" }),
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false, evaluationError: "e" }),
};

test("reviews: what is wrong with them, and what they answer", () => {
  const review = (object: object) => reviewSubjectAccess(object as JsonObject, nobody);
  assert.throws(() => review({}), {
    message:
      '.authorization.k8s.io "" is invalid: [spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: "": at least one of user or group must be specified]',
  });
  const resourceAttributes = {
    verb: "list",
    resource: "pods",
    namespace: "default",
    labelSelector: { rawSelector: "a=!!b" },
  };
  assert.deepEqual(review({ spec: { user: "bob", resourceAttributes } })["status"], {
    allowed: false,
    reason: "RBAC: why",
    evaluationError: "spec.resourceAttributes.labelSelector ignored due to parse error",
  });
  const local = {
    metadata: { namespace: "default" },
    spec: { user: "bob", resourceAttributes: { namespace: "defaul" } },
  };
  assert.throws(
    () => reviewLocalAccess(local as JsonObject, "default", nobody),
    /Invalid value: "defaul": must match metadata\.namespace/,
  );
  const user = authenticator.authenticate(bearer("bob"), NOW);
  assert.throws(() => reviewSelfRules({ spec: {} }, user, nobody), /no namespace on request/);
  assert.deepEqual(reviewSelf({}, user, NOW)["status"], {
    userInfo: { username: "bob", uid: "2", groups: ["devs", "system:authenticated"] },
  });
});

function reviewed(token: string, audiences?: readonly string[], nowMs = NOW): JsonObject {
  const spec = { token, ...(audiences === undefined ? {} : { audiences }) };
  return reviewToken({ spec }, authenticator, nowMs)["status"] as JsonObject;
}

function reviewError(token: string, audiences?: readonly string[], nowMs = NOW): unknown {
  return reviewed(token, audiences, nowMs)["error"];
}

function put(resource: string, namespace: string, name: string, uid: string, rest: object = {}): void {
  world.set(`${resource}/${namespace}/${name}`, {
    metadata: { name, namespace, uid },
    ...rest,
  } as unknown as KubeObject);
}
