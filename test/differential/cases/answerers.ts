import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase } from "../define-case.ts";

// Whom admission asks, and who answers for a group.

const ADMISSION = "admissionregistration.k8s.io/v1";
const webhook = {
  name: "a.example.com",
  clientConfig: { url: "https://example.com" },
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};
const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["none"] }];
const matchConstraints = { resourceRules: rules };
const CONFIGURATIONS: readonly (readonly [kind: string, plural: string, parts: object])[] = [
  ...["Validating", "Mutating"].map(
    (what) => [`${what}WebhookConfiguration`, `${what}WebhookConfigurations`, { webhooks: [webhook] }] as const,
  ),
  [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicies",
    { spec: { matchConstraints, validations: [{ expression: "true" }] } },
  ],
  [
    "ValidatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicyBindings",
    { spec: { policyName: "none", validationActions: ["Audit"] } },
  ],
  ["MutatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBindings", { spec: { policyName: "none" } }],
];

const local = (spec: object) => ({
  apiVersion: "apiregistration.k8s.io/v1",
  kind: "APIService",
  metadata: { name: "v1.{ns}.example.com" },
  spec: { group: "{ns}.example.com", version: "v1", groupPriorityMinimum: 1, versionPriority: 1, ...spec },
});

export default defineCase("answerers", "api", [
  ...CONFIGURATIONS.flatMap(([kind, plural, parts]) => {
    const at = `/apis/${ADMISSION}/${plural.toLowerCase()}`;
    const object = { apiVersion: ADMISSION, kind, ...parts };
    const named = (name: string) => ({ ...object, metadata: { name } });
    return [
      { ask: `POST ${at}?dryRun=All`, body: named("static.k8s.io") },
      { ask: `POST ${at}`, body: named("{ns}.static.k8s.io") },
      { ask: `PATCH ${at}/{ns}.static.k8s.io`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
      { ask: `DELETE ${at}/{ns}.static.k8s.io` },
    ];
  }),
  ...[{ sideEffects: null }, { sideEffects: "" }].map((parts) => ({
    ask: `POST /apis/${ADMISSION}/validatingwebhookconfigurations?dryRun=All`,
    body: {
      apiVersion: ADMISSION,
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "{ns}" },
      webhooks: [{ ...webhook, ...parts }],
    },
  })),
  ...[{}, { service: { name: "one", namespace: "{ns}" }, insecureSkipTLSVerify: true }].map((spec) => ({
    ask: "POST /apis/apiregistration.k8s.io/v1/apiservices?dryRun=All",
    body: local(spec),
  })),
]);
