import { dnsSubdomain, type FormatCheck, pathSegment } from "../../../machinery/formats.ts";
import { invalid, type Issue, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkFormat, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { IPAddress as StoredIPAddress } from "../../generated/networking-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type IPAddress = StoredIPAddress;

/** An address that somebody has, by the name of the object itself: nobody else can have it. */
export const IPAddress: Kind<IPAddress> = defineKind(facts.networking.v1.IPAddress, {
  metadataChecks: { update: ["whole", "change"] },
  nameRule: "ip-address",
  namesWhole: true,
  columns: [{ name: "ParentRef", type: "string", value: parentOf }, age],
  validate: (address) => (address.metadata.resourceVersion === undefined ? addressIssues(address) : []),
  validateUpdate: ({ spec }, old) =>
    sameJson(spec, old.spec) ? [] : [invalid("spec.parentRef", spec.parentRef, IMMUTABLE)],
});

function parentOf({ spec: { parentRef } }: IPAddress): string {
  const { group = "", resource, namespace = "", name } = parentRef;
  const plural = group === "" ? resource : `${resource}.${group}`;
  return [plural.toLowerCase(), namespace, name].filter((part) => part !== "").join("/");
}

function addressIssues({ spec }: IPAddress): readonly Issue[] {
  const issues: Issues = [];
  const parent = spec?.parentRef as IPAddress["spec"]["parentRef"] | undefined;
  if (parent === undefined) return [required("spec.parentRef")];
  const check = (field: string, value: string | undefined, isRequired: boolean, format: FormatCheck) => {
    if (value) checkFormat(value, `spec.parentRef.${field}`, format, issues);
    else if (isRequired) issues.push(required(`spec.parentRef.${field}`));
  };
  check("group", parent.group, false, dnsSubdomain);
  check("resource", parent.resource, true, pathSegment);
  check("name", parent.name, true, pathSegment);
  check("namespace", parent.namespace, false, pathSegment);
  return issues;
}
