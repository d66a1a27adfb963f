import assert from "node:assert/strict";
import { test } from "node:test";
import { type Issue, issueText } from "../../../machinery/issue.ts";
import type { ResourceClaimSpec } from "../../generated/resource-v1.ts";
import { checkClaimSpec } from "./claim-validation.ts";

const one = { name: "one", exactly: { deviceClassName: "a", allocationMode: "ExactCount", count: 1 } };
const choice = { name: "left", deviceClassName: "a", allocationMode: "All" };
const either = { name: "either", firstAvailable: [choice] };
const NO_REQUEST =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const wanted = (parts: object) => ({ requests: [{ name: "one", exactly: { ...one.exactly, ...parts } }] });
const constrained = (constraint: object) => ({ requests: [one, either], constraints: [constraint] });

for (const [what, devices, expected] of [
  ["nothing", { requests: null }, []],
  ["one thing, or another", { requests: [one, either] }, []],
  [
    "neither of both",
    { requests: [{ name: "one" }] },
    ["spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required"],
  ],
  ["the same name twice", { requests: [one, one] }, [`spec.devices.requests[1]: Duplicate value: "one"`]],
  [
    "too many",
    { requests: Array.from({ length: 33 }, () => one) },
    ["spec.devices.requests: Too many: 33: must have at most 32 items"],
  ],
  [
    "all, and how many",
    wanted({ allocationMode: "All" }),
    ["spec.devices.requests[0].exactly.count: Invalid value: 1: must not be specified when allocationMode is 'All'"],
  ],
  [
    "a selector of no kind",
    wanted({ selectors: [{}] }),
    ["spec.devices.requests[0].exactly.selectors[0].cel: Required value"],
  ],
  [
    "a toleration of anything, with a value",
    wanted({ tolerations: [{ operator: "Exists", value: "a" }] }),
    ['spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: "a": must be empty for operator `Exists`'],
  ],
  [
    "names of requests, and one of none",
    constrained({ requests: ["one", "either", "either/left", "one/left"], matchAttribute: "example.com/a" }),
    [`spec.devices.constraints[0].requests[3]: Invalid value: "one/left": ${NO_REQUEST}`],
  ],
  [
    "an attribute of nobody",
    constrained({ matchAttribute: "a" }),
    [
      'spec.devices.constraints[0].matchAttribute: Invalid value: "a": a fully qualified name must be a domain and a name separated by a slash',
    ],
  ],
  [
    "a configuration that is no object",
    { requests: [one], config: [{ opaque: { driver: "example.com", parameters: [] } }] },
    ['spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object'],
  ],
] as const) {
  test(`resource claim: ${what}`, () => {
    const issues: Issue[] = [];
    checkClaimSpec({ devices } as unknown as ResourceClaimSpec, "spec", issues);
    assert.deepEqual(issues.map(issueText), expected);
  });
}
