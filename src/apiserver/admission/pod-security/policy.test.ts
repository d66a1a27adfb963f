import assert from "node:assert/strict";
import { test } from "node:test";
import { issueText } from "../../../machinery/issue.ts";
import { policyOf } from "./policy.ts";
import { standardText } from "./standard.ts";

const PREFIX = "pod-security.kubernetes.io/";

function policy(labels: Readonly<Record<string, string>>): readonly string[] {
  const prefixed = Object.entries(labels).map(([label, value]) => [`${PREFIX}${label}`, value] as const);
  const { enforce, warn, issues } = policyOf(Object.fromEntries(prefixed));
  return [standardText(enforce), standardText(warn), ...issues.map(issueText)];
}

const CASES: readonly (readonly [Readonly<Record<string, string>>, ...(readonly string[])])[] = [
  [{}, "privileged:latest", "privileged:latest"],
  [{ enforce: "baseline" }, "baseline:latest", "baseline:latest"],
  [{ enforce: "baseline", "enforce-version": "v1.20" }, "baseline:v1.20", "baseline:v1.20"],
  [{ enforce: "baseline", "enforce-version": "v1.20", "warn-version": "v1.3" }, "baseline:v1.20", "baseline:v1.3"],
  [{ enforce: "baseline", warn: "privileged" }, "baseline:latest", "privileged:latest"],
  [{ warn: "restricted", "warn-version": "v1.9" }, "privileged:latest", "restricted:v1.9"],
  [
    { enforce: "strict", warn: "a", audit: "b" },
    "restricted:latest",
    "privileged:latest",
    ...[
      ["enforce", "strict"],
      ["audit", "b"],
      ["warn", "a"],
    ].map(
      ([label, value]) =>
        `metadata.labels[${PREFIX}${label}]: Invalid value: "${value}": must be one of privileged, baseline, restricted`,
    ),
  ],
  ...["v2.0", "1.36", "v1.036", "v1.9223372036854775808", ""].map(
    (version) =>
      [
        { "enforce-version": version },
        "privileged:latest",
        "privileged:latest",
        `metadata.labels[${PREFIX}enforce-version]: Invalid value: "${version}": must be "latest" or "v1.x"`,
      ] as const,
  ),
];

for (const [labels, ...expected] of CASES) {
  test(`pod security policy: ${JSON.stringify(labels)}`, () => assert.deepEqual(policy(labels), expected));
}
