import { qualifiedName } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { duplicate, invalid, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkFormat, checkOneOf, IMMUTABLE, type Issues } from "../../checks.ts";
import { age, name } from "../../columns.ts";
import { OLD_NODE_LABELS } from "../../core/v1/node-labels.ts";
import { facts } from "../../generated/resources.ts";
import type { StorageClass as StoredStorageClass } from "../../generated/storage-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkParameters, checkProvisioner } from "./provisioning.ts";

export type StorageClass = StoredStorageClass;

export const StorageClass: Kind<StorageClass> = defineKind(facts.storage.v1.StorageClass, {
  metadataChecks: { update: ["whole", "change"] },
  answersDeleted: true,
  columns: [
    { ...name, value: nameOf },
    { name: "Provisioner", type: "string", value: ({ provisioner }) => provisioner },
    { name: "ReclaimPolicy", type: "string", value: ({ reclaimPolicy }) => reclaimPolicy },
    { name: "VolumeBindingMode", type: "string", value: ({ volumeBindingMode }) => volumeBindingMode },
    {
      name: "AllowVolumeExpansion",
      type: "string",
      value: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    age,
  ],
  validate(storage) {
    const issues: Issues = [];
    const { provisioner, parameters = {} } = storage;
    checkProvisioner(provisioner, "provisioner", issues);
    checkParameters(parameters, issues);
    if (storage.reclaimPolicy) checkOneOf(storage.reclaimPolicy, "reclaimPolicy", RECLAIM_POLICIES, issues);
    const mode = storage.volumeBindingMode as string | undefined;
    if (mode === undefined) issues.push(required("volumeBindingMode"));
    else checkOneOf(mode, "volumeBindingMode", BINDING_MODES, issues);
    checkTopologies(storage.allowedTopologies ?? [], issues);
    return issues;
  },
  *warnings({ allowedTopologies = [] }) {
    for (const [index, { matchLabelExpressions = [] }] of allowedTopologies.entries()) {
      for (const [position, { key }] of matchLabelExpressions.entries()) {
        const message = OLD_NODE_LABELS[key];
        const at = `allowedTopologies[${index}].matchLabelExpressions[${position}].key`;
        if (message !== undefined) yield `${at}: ${message}`;
      }
    }
  },
  *validateUpdate(storage, old) {
    for (const name of ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] as const) {
      if (!sameJson(storage[name], old[name]))
        yield invalid(name, storage[name] ?? givenEmpty(storage, name) ?? null, IMMUTABLE);
    }
  },
});

const RECLAIM_POLICIES = ["Delete", "Retain"];
const BINDING_MODES = ["Immediate", "WaitForFirstConsumer"];
function checkTopologies(terms: NonNullable<StorageClass["allowedTopologies"]>, issues: Issues): void {
  // Kubernetes compares each term with those before, and with as many empty ones as there are terms.
  const before: ReadonlyMap<string, readonly string[]>[] = terms.map(() => new Map());
  for (const [index, { matchLabelExpressions = [] }] of terms.entries()) {
    const expressions = new Map<string, readonly string[]>();
    for (const [number, { key, values: given }] of matchLabelExpressions.entries()) {
      const at = `allowedTopologies[${index}].matchLabelExpressions[${number}]`;
      const values = (given as typeof given | null) ?? [];
      if (values.length === 0) issues.push(required(`${at}.values`));
      for (const [place, value] of values.entries()) {
        if (values.indexOf(value) < place) issues.push(duplicate(`${at}.values[${place}]`, value));
      }
      checkFormat(key, `${at}.key`, qualifiedName, issues);
      if (expressions.has(key)) issues.push(duplicate(`${at}.key`, key));
      expressions.set(key, values);
    }
    for (const other of before) {
      if (sameTopology(expressions, other)) {
        issues.push(duplicate(`allowedTopologies[${index}].matchLabelExpressions`, ""));
      }
    }
    before.push(expressions);
  }
}

function sameTopology(
  some: ReadonlyMap<string, readonly string[]>,
  others: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (some.size !== others.size) return false;
  return [...some].every(([key, values]) => {
    const other = others.get(key);
    return other !== undefined && new Set(values).symmetricDifference(new Set(other)).size === 0;
  });
}

function nameOf({ metadata }: StorageClass): string {
  const isDefault = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
  ].some((key) => metadata.annotations?.[key] === "true");
  return isDefault ? `${metadata.name} (default)` : metadata.name;
}
