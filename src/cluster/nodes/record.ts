import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Taint } from "../../api/generated/core-v1.ts";
import { readIfThere, replaceFile } from "../../host/node/disk/whole-file.ts";
import { placesOf } from "../places.ts";

/** A further node of this machine, as it is kept: the next `up` starts it again. */
export interface NodeRecord {
  readonly name: string;
  readonly address: string;
  /** Of both families with a comma between, where the cluster has both. */
  readonly podCidr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Absent: all of the machine's. */
  readonly memoryBytes?: number;
  /** Whether it is meant to run while the cluster does. */
  readonly on: boolean;
}

const NODE_FILE = "node.json";
const FABRIC_FILE = "fabric.json";

export function writeNode(dataDirectory: string, record: NodeRecord): void {
  const { root } = placesOf(dataDirectory).node(record.name);
  mkdirSync(root, { recursive: true, mode: 0o755 });
  replaceFile(join(root, NODE_FILE), JSON.stringify(record));
}

/** Undefined where the cluster has no further node of this name. */
export function readNode(dataDirectory: string, name: string): NodeRecord | undefined {
  return readJson(join(placesOf(dataDirectory).node(name).root, NODE_FILE)) as NodeRecord | undefined;
}

/** By address. */
export function readNodes(dataDirectory: string): readonly NodeRecord[] {
  let names: readonly string[];
  try {
    names = readdirSync(join(placesOf(dataDirectory).root, "nodes"));
  } catch {
    return [];
  }
  const records = names.flatMap((name) => readNode(dataDirectory, name) ?? []);
  return records.toSorted((a, b) => a.address.localeCompare(b.address, "en", { numeric: true }));
}

/** The network between this machine and its further nodes, such as `10.89.0.0/24`; undefined where none was made. */
export function readFabricNetwork(dataDirectory: string): string | undefined {
  const kept = readJson(join(dataDirectory, FABRIC_FILE)) as { readonly network: string } | undefined;
  return kept?.network;
}

export function writeFabricNetwork(dataDirectory: string, network: string): void {
  replaceFile(join(dataDirectory, FABRIC_FILE), JSON.stringify({ network }));
}

/** @throws where what is there is no JSON: to take it for nothing would forget a node */
function readJson(path: string): unknown {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is damaged: mend or remove it`, { cause: error });
  }
}
