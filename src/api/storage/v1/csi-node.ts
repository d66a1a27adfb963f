import { byteLength, qualifiedName } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { duplicate, invalid, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkFormat, checkNonnegative, checkRequired, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { checkCsiDriver } from "../../core/v1/pod-spec/volume-sources-content.ts";
import { facts } from "../../generated/resources.ts";
import type { CSINode as StoredCSINode, CSINodeDriver } from "../../generated/storage-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type CSINode = StoredCSINode;

export const CSINode: Kind<CSINode> = defineKind(facts.storage.v1.CSINode, {
  metadataChecks: { update: ["whole"] },
  allowsUnconditionalUpdate: false,
  answersDeleted: true,
  columns: [{ name: "Drivers", type: "integer", value: (node) => driversOf(node).length }, age],
  validate(node) {
    const issues: Issues = [];
    const names = new Set<string>();
    for (const [index, driver] of driversOf(node).entries()) checkDriver(driver, names, `${AT}[${index}]`, issues);
    return issues;
  },
  *validateUpdate(node, old) {
    for (const before of driversOf(old)) {
      for (const driver of driversOf(node).filter(({ name }) => name === before.name)) {
        if (!isSame(driver, before)) yield invalid(AT, shown(driver), IMMUTABLE);
      }
    }
  },
});

const AT = "spec.drivers";
const LONGEST_ID_BYTES = 256;

/** The list is required, and null where nothing was sent. */
function driversOf({ spec }: CSINode): readonly CSINodeDriver[] {
  return (spec.drivers as CSINode["spec"]["drivers"] | null) ?? [];
}

function checkDriver(driver: CSINodeDriver, names: Set<string>, at: string, issues: Issues): void {
  const { name, nodeID, topologyKeys, allocatable } = driver;
  checkCsiDriver(name, `${at}.name`, issues);
  checkRequired(nodeID, `${at}.nodeID`, issues);
  if (byteLength(nodeID) > LONGEST_ID_BYTES) {
    issues.push(invalid(`${at}.nodeID`, nodeID, `must be ${LONGEST_ID_BYTES} characters or less`));
  }
  checkNonnegative(allocatable?.count, `${at}.allocatable.count`, issues);
  if (names.has(name)) issues.push(duplicate(`${at}.name`, name));
  names.add(name);
  const keys = new Set<string>();
  for (const key of topologyKeys ?? []) {
    if (key === "") issues.push(required(at));
    if (keys.has(key)) issues.push(duplicate(at, key));
    keys.add(key);
    checkFormat(key, at, qualifiedName, issues);
  }
}

/** How many volumes a driver takes may change. */
function isSame(one: CSINodeDriver, other: CSINodeDriver): boolean {
  return one.nodeID === other.nodeID && sameJson(one.topologyKeys ?? [], other.topologyKeys ?? []);
}

/** What a driver is on its node, as Kubernetes shows it. */
function shown(driver: CSINodeDriver): object {
  const { name, nodeID, topologyKeys } = driver;
  const keys = topologyKeys ?? givenEmpty(driver, "topologyKeys") ?? null;
  return { Name: name, NodeID: nodeID, TopologyKeys: keys, Allocatable: null };
}
