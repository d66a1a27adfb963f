import { byteLength, dnsLabel1035, dnsSubdomain } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
} from "../../generated/apiextensions-v1.ts";
import { checkApproval } from "./approval.ts";
import { checkConversion } from "./conversion-validation.ts";
import { checkRootSchema } from "./schema-validation.ts";
import { checkSelectableFields } from "./selectable-fields.ts";

export function checkName({ metadata, spec }: CustomResourceDefinition): readonly Issue[] {
  if (metadata.name === `${spec.names.plural}.${spec.group}`) return [];
  return [invalid("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group')];
}

export function checkDefinition(definition: CustomResourceDefinition): Issues {
  const issues: Issues = [];
  const { metadata, spec, status } = definition;
  checkGroup(spec.group, issues);
  if (spec.scope === "") issues.push(required("spec.scope"));
  else if (spec.scope !== "Cluster" && spec.scope !== "Namespaced") {
    issues.push(notSupported("spec.scope", spec.scope, ["Cluster", "Namespaced"]));
  }
  checkVersions(spec, issues);
  checkRequiredNames(spec.names, issues);
  checkNames(spec.names, "spec.names", issues);
  checkVersionParts(spec, issues);
  checkConversion(spec.conversion, "spec.conversion", issues);
  if (status.acceptedNames !== undefined) checkNames(status.acceptedNames, "status.acceptedNames", issues);
  checkStoredVersions(status.storedVersions ?? [], spec, issues);
  if (metadata.resourceVersion === undefined) checkApproval(definition, undefined, issues);
  if (spec.preserveUnknownFields === true) {
    const why =
      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
    issues.push(invalid("spec.preserveUnknownFields", true, why));
  }
  return issues;
}

export function checkDefinitionUpdate(next: CustomResourceDefinition, old: CustomResourceDefinition): Issues {
  const issues: Issues = [];
  const established = old.status.conditions?.some(({ type, status }) => type === "Established" && status === "True");
  const fixed = (now: string, before: string, at: string) => {
    if (now !== before) issues.push(invalid(at, now, IMMUTABLE));
  };
  if (established === true) {
    fixed(next.spec.scope, old.spec.scope, "spec.scope");
    fixed(next.spec.names.kind, old.spec.names.kind, "spec.names.kind");
  }
  fixed(next.spec.group, old.spec.group, "spec.group");
  fixed(next.spec.names.plural, old.spec.names.plural, "spec.names.plural");
  checkApproval(next, old, issues);
  return issues;
}

export function checkDefinitionStatus({ status }: CustomResourceDefinition): Issues {
  const issues: Issues = [];
  checkNames(status.acceptedNames, "status.acceptedNames", issues);
  return issues;
}

function checkGroup(group: string, issues: Issues): void {
  const problems = group === "" ? [] : dnsSubdomain(group);
  if (group === "") issues.push(required("spec.group"));
  else if (problems.length > 0) issues.push(invalid("spec.group", group, problems.join(",")));
  else if (!group.includes(".")) issues.push(invalid("spec.group", group, "should be a domain with at least one dot"));
}

/** A field that was not sent is null. */
export function versionsOf({ versions }: CustomResourceDefinitionSpec): readonly CustomResourceDefinitionVersion[] {
  return (versions as CustomResourceDefinitionSpec["versions"] | null) ?? [];
}

function checkVersions(spec: CustomResourceDefinitionSpec, issues: Issues): void {
  const versions = versionsOf(spec);
  for (const [index, { schema }] of versions.entries()) {
    if (schema?.openAPIV3Schema === undefined) {
      issues.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
    }
  }
  for (const [index, version] of versions.entries()) {
    const at = `spec.versions[${index}]`;
    checkVersionName(version.name, `${at}.name`, issues);
    checkDeprecation(version, `${at}.deprecationWarning`, issues);
  }
  const names = new Set(versions.map(({ name }) => name));
  if (names.size < versions.length)
    issues.push(invalid("spec.versions", versions, "must contain unique version names"));
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const shown = spec.versions ?? givenEmpty(spec, "versions") ?? null;
    issues.push(invalid("spec.versions", shown, "must have exactly one version marked as storage version"));
  }
  // Kubernetes has the first one's name a second time, as definitions of one version had it.
  if (versions[0] !== undefined && versions[0].name !== "") checkVersionName(versions[0].name, "spec.version", issues);
}

function checkVersionName(name: string, at: string, issues: Issues): void {
  const problems = dnsLabel1035(name);
  if (problems.length > 0) issues.push(invalid(at, name, problems.join(",")));
}

const LONGEST_WARNING_BYTES = 256;
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

function checkDeprecation(version: CustomResourceDefinitionVersion, at: string, issues: Issues): void {
  const { deprecated = false, deprecationWarning: warning } = version;
  if (warning === undefined) return;
  const refuse = (detail: string) => issues.push(invalid(at, warning, detail));
  if (!deprecated) return void refuse("can only be set for deprecated versions");
  if (byteLength(warning) > LONGEST_WARNING_BYTES) refuse(`must be <= ${LONGEST_WARNING_BYTES} characters long`);
  if (warning === "") refuse("must not be an empty string");
  const index = warning.search(UNPRINTABLE);
  if (index < 0) return;
  const place = byteLength(warning.slice(0, index));
  refuse(`must only contain printable UTF-8 characters; non-printable character found at index ${place}`);
}

/** What all versions have alike, Kubernetes' server holds once, and so its messages name it. */
function checkVersionParts(spec: CustomResourceDefinitionSpec, issues: Issues): void {
  const versions = versionsOf(spec);
  const [first] = versions;
  if (first === undefined) return;
  const alike = (part: (version: CustomResourceDefinitionVersion) => unknown) =>
    versions.every((version) => sameJson(part(version), part(first)));
  const each = (
    same: boolean,
    common: string,
    own: string,
    check: (version: CustomResourceDefinitionVersion, at: string) => void,
  ) => {
    if (same) check(first, `spec.${common}`);
    else for (const [index, version] of versions.entries()) check(version, `spec.versions[${index}].${own}`);
  };
  const sameSchema = alike(({ schema }) => schema);
  each(sameSchema, "validation", "schema", ({ schema, subresources }, at) => {
    if (schema?.openAPIV3Schema === undefined) return;
    checkRootSchema(schema.openAPIV3Schema, subresources?.status !== undefined, `${at}.openAPIV3Schema`, issues);
  });
  each(
    alike(({ subresources }) => subresources),
    "subresources",
    "subresources",
    ({ subresources }, at) => {
      if (subresources !== undefined) checkSubresources(subresources, at, issues);
    },
  );
  const columns = (version: CustomResourceDefinitionVersion) => version.additionalPrinterColumns;
  each(alike(columns), "additionalPrinterColumns", "additionalPrinterColumns", (version, at) => {
    for (const [index, column] of (columns(version) ?? []).entries()) checkColumn(column, `${at}[${index}]`, issues);
  });
  const sameFields = alike(({ selectableFields }) => selectableFields);
  each(sameFields, "selectableFields", "selectableFields", ({ selectableFields, schema }, at) => {
    if (selectableFields === undefined) return;
    if (sameFields !== sameSchema) {
      // Of a schema that is elsewhere Kubernetes knows nothing, and says the contrary.
      const where = sameFields ? "validations.schema is" : "`version.schema.openAPIV3Schema` is not";
      issues.push(invalid(at, "", `may only be set when ${where} included`));
    } else if (schema?.openAPIV3Schema !== undefined) {
      checkSelectableFields(selectableFields, schema.openAPIV3Schema, at, issues);
    }
  });
}

function checkRequiredNames(names: CustomResourceDefinitionNames, issues: Issues): void {
  for (const name of ["plural", "singular", "kind", "listKind"] as const) {
    if ((names[name] ?? "") === "") issues.push(required(`spec.names.${name}`));
  }
}

function checkNames(names: CustomResourceDefinitionNames, at: string, issues: Issues): void {
  const check = (name: string, here: string, start = "") => {
    const problems = name === "" ? [] : dnsLabel1035(start === "" ? name : name.toLowerCase());
    if (problems.length > 0) issues.push(invalid(here, name, `${start}${problems.join(",")}`));
  };
  const mixed = "may have mixed case, but should otherwise match: ";
  check(names.plural, `${at}.plural`);
  check(names.singular ?? "", `${at}.singular`);
  check(names.kind, `${at}.kind`, mixed);
  check(names.listKind ?? "", `${at}.listKind`, mixed);
  for (const [index, name] of (names.shortNames ?? []).entries()) check(name, `${at}.shortNames[${index}]`);
  if (names.kind !== "" && names.kind === names.listKind) {
    issues.push(invalid(`${at}.listKind`, names.listKind, "kind and listKind may not be the same"));
  }
  for (const [index, name] of (names.categories ?? []).entries()) check(name, `${at}.categories[${index}]`);
}

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

function checkColumn(column: CustomResourceColumnDefinition, at: string, issues: Issues): void {
  const { name, type, format = "", jsonPath } = column;
  if (name === "") issues.push(required(`${at}.name`));
  const types = `must be one of ${COLUMN_TYPES.join(",")}`;
  if (type === "") issues.push(required(`${at}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) issues.push(invalid(`${at}.type`, type, types));
  if (format !== "" && !COLUMN_FORMATS.includes(format)) {
    issues.push(invalid(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(",")}`));
  }
  if (jsonPath === "") issues.push(required(`${at}.JSONPath`));
  else checkPath(jsonPath, `${at}.JSONPath`, issues);
}

function checkSubresources({ scale }: CustomResourceSubresources, at: string, issues: Issues): void {
  if (scale === undefined) return;
  const check = (name: keyof typeof scale, roots: readonly string[], why: string) => {
    const path = scale[name];
    const here = `${at}.scale.${name}`;
    if (path === undefined && name === "labelSelectorPath") return;
    if (path === undefined || path === "") issues.push(required(here));
    else if (checkPath(path, here, issues) && !roots.some((root) => path.startsWith(root))) {
      issues.push(invalid(here, path, why));
    }
  };
  check("specReplicasPath", [".spec."], "should be a json path under .spec");
  check("statusReplicasPath", [".status."], "should be a json path under .status");
  check("labelSelectorPath", [".status.", ".spec."], "should be a json path under either .spec or .status");
}

function checkPath(path: string, at: string, issues: Issues): boolean {
  if (path.startsWith(".")) return true;
  issues.push(invalid(at, path, "must be a simple json path starting with ."));
  return false;
}

function checkStoredVersions(stored: readonly string[], spec: CustomResourceDefinitionSpec, issues: Issues): void {
  const at = "status.storedVersions";
  if (stored.length === 0) {
    issues.push(invalid(at, null, "must have at least one stored version"));
    return;
  }
  const versions = versionsOf(spec);
  for (const { name, storage } of versions) {
    if (storage && !stored.includes(name)) issues.push(invalid(at, stored, `must have the storage version ${name}`));
  }
  for (const [index, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    issues.push(invalid(`${at}[${index}]`, name, why));
  }
}
