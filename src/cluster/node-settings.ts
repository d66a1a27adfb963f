import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../host/node/disk/whole-file.ts";
import type { AgentOptions } from "./agent.ts";
import { placesOf } from "./places.ts";

/** With what an agent runs: kept, so that whoever ends the node knows what it made on the machine. */
export type NodeSettings = Omit<AgentOptions, "log">;

export function writeNodeSettings(dataDirectory: string, settings: NodeSettings): void {
  const { root } = placesOf(dataDirectory).node(settings.nodeName);
  mkdirSync(root, { recursive: true, mode: 0o755 });
  replaceFile(join(root, FILE), JSON.stringify(settings));
}

/** Undefined where the node never started. */
export function readNodeSettings(dataDirectory: string, nodeName: string): NodeSettings | undefined {
  try {
    return JSON.parse(readFileSync(join(placesOf(dataDirectory).node(nodeName).root, FILE), "utf8")) as NodeSettings;
  } catch {
    return undefined;
  }
}

const FILE = "settings.json";
