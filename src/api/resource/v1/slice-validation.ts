import { byteLength, dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid, type Issue, required, tooLong } from "../../../machinery/issue.ts";
import { checkFormat, checkPositive, checkRequired, IMMUTABLE, type Issues } from "../../checks.ts";
import { checkNodeSelector } from "../../core/v1/node-selector.ts";
import { checkCsiDriver } from "../../core/v1/pod-spec/volume-sources-content.ts";
import type { ResourcePool, ResourceSlice, ResourceSliceSpec } from "../../generated/resource-v1.ts";

/** What is wrong with whose devices they are and where; the devices are not looked into yet. @param old what it was */
export function sliceIssues({ spec }: ResourceSlice, old?: ResourceSlice): readonly Issue[] {
  const issues: Issues = [];
  checkCsiDriver(spec.driver, "spec.driver", issues);
  checkPool(spec.pool, "spec.pool", issues);
  if (old !== undefined) checkChange(spec, old.spec, issues);
  checkPlace(spec, issues);
  return issues;
}

const LONGEST_POOL_BYTES = 253;

function checkPool({ name, resourceSliceCount, generation }: ResourcePool, at: string, issues: Issues): void {
  if (checkRequired(name, `${at}.name`, issues)) {
    if (byteLength(name) > LONGEST_POOL_BYTES) issues.push(tooLong(`${at}.name`, LONGEST_POOL_BYTES));
    for (const part of name.split("/")) checkFormat(part, `${at}.name`, dnsSubdomain, issues);
  }
  checkPositive(resourceSliceCount, `${at}.resourceSliceCount`, issues);
  if (generation < 0) {
    issues.push(invalid(`${at}.generation`, generation, "must be greater than or equal to zero"));
  }
}

function checkChange(spec: ResourceSliceSpec, old: ResourceSliceSpec, issues: Issues): void {
  if (spec.pool.name !== old.pool.name) issues.push(invalid("spec.pool.name", spec.pool.name, IMMUTABLE));
  if (spec.driver !== old.driver) issues.push(invalid("spec.driver", spec.driver, IMMUTABLE));
  if (spec.nodeName !== old.nodeName) issues.push(invalid("spec.nodeName", spec.nodeName ?? null, IMMUTABLE));
}

const PLACES = ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"] as const;

/** Where the devices can be reached is said in one way. */
function checkPlace(spec: ResourceSliceSpec, issues: Issues): void {
  const { nodeName, nodeSelector } = spec;
  if (nodeName === "") {
    issues.push(invalid("spec.nodeName", nodeName, "must be either unset or set to a non-empty string"));
  } else if (nodeName !== undefined) checkFormat(nodeName, "spec.nodeName", dnsSubdomain, issues);
  if (nodeSelector !== undefined) checkNodeSelector(nodeSelector, "spec.nodeSelector", issues);
  for (const name of ["allNodes", "perDeviceNodeSelection"] as const) {
    if (spec[name] === false) issues.push(invalid(`spec.${name}`, false, "must be either unset or set to true"));
  }
  const said = PLACES.filter((name) => spec[name]).map((name) => `\`${name}\``);
  const rule = `exactly one of ${PLACES.map((name) => `\`${name}\``).join(", ")} is required`;
  if (said.length === 0) issues.push(required("spec", rule));
  else if (said.length > 1) {
    issues.push(invalid("spec", `{${said.join(", ")}}`, `${rule}, but multiple fields are set`));
  }
}
