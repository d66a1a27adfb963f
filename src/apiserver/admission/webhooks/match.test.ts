import assert from "node:assert/strict";
import { test } from "node:test";
import { Namespace } from "../../../api/core/v1/namespace.ts";
import { Pod } from "../../../api/core/v1/pod.ts";
import type { RuleWithOperations } from "../../../api/generated/admissionregistration-v1.ts";
import type { Kind } from "../../../api/kind.ts";
import type { Authorizer } from "../../auth/user.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { ruleMatches } from "../match.ts";
import { isAsked } from "./match.ts";

const rule: RuleWithOperations = {
  operations: ["CREATE"],
  apiGroups: [""],
  apiVersions: ["v1"],
  resources: ["pods"],
  scope: "*",
};

function request(more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    operation: "CREATE",
    kind: Pod as unknown as Kind,
    namespace: "shop",
    name: "web",
    subresource: "",
    user: { name: "kim", uid: "", groups: [], extra: {} },
    options: {},
    dryRun: false,
    warn: () => {},
    ...more,
  };
}

test("webhooks: which writes a rule is about", () => {
  const cases: readonly [change: Partial<RuleWithOperations>, asked: Partial<AdmissionRequest>, matches: boolean][] = [
    [{}, {}, true],
    [{}, { operation: "UPDATE" }, false],
    [{ operations: ["*"] }, { operation: "DELETE" }, true],
    [{ apiGroups: ["apps"] }, {}, false],
    [{ apiGroups: ["*"], apiVersions: ["*"] }, {}, true],
    [{ apiVersions: ["v2"] }, {}, false],
    [{}, { subresource: "status" }, false],
    [{ resources: ["pods/status"] }, { subresource: "status" }, true],
    [{ resources: ["pods/*"] }, { subresource: "status" }, true],
    [{ resources: ["*/status"] }, { subresource: "status" }, true],
    [{ resources: ["*"] }, { subresource: "status" }, false],
    [{ resources: ["*/*"] }, { subresource: "exec", operation: "CREATE" }, true],
    [{ scope: "Cluster" }, {}, false],
    [{ scope: "Namespaced" }, {}, true],
    [{ resources: ["namespaces"], scope: "Namespaced" }, { kind: Namespace as unknown as Kind }, false],
    [{ resources: ["namespaces"], scope: "Cluster" }, { kind: Namespace as unknown as Kind }, true],
  ];
  for (const [change, asked, matches] of cases) {
    assert.equal(ruleMatches({ ...rule, ...change }, request(asked)), matches, JSON.stringify([change, asked]));
  }
});

test("webhooks: selectors look at the object's both forms, and at its namespace", () => {
  const lookup = {
    get: (_resource: string, name: string) =>
      name === "shop" ? { metadata: { name, labels: { team: "a" } } } : undefined,
    list: () => [],
  } as unknown as Lookup;
  const authorizer = {} as Authorizer;
  const asked = (selectors: object, more: Partial<AdmissionRequest> = {}) =>
    isAsked({ rules: [rule], objectSelector: {}, namespaceSelector: {}, ...selectors } as never, request(more), {
      lookup,
      authorizer,
    });
  const skip = { objectSelector: { matchLabels: { skip: "yes" } } };
  const labelled = { metadata: { labels: { skip: "yes" } } };
  assert.equal(asked(skip, { object: { metadata: {} } }), false);
  assert.equal(asked(skip, { object: labelled }), true);
  assert.equal(asked(skip, { object: { metadata: {} }, old: labelled as never }), true);
  assert.equal(asked({ namespaceSelector: { matchLabels: { team: "a" } } }), true);
  assert.equal(asked({ namespaceSelector: { matchLabels: { team: "b" } } }), false);
  assert.throws(() => asked({ namespaceSelector: { matchLabels: { team: "a" } } }, { namespace: "gone" }), /not found/);
});
