import { parseIp } from "../base/ip.ts";
import { dnsSubdomain, labelValue, qualifiedName } from "../machinery/formats.ts";
import type { NodeTaint } from "./context.ts";
import { UsageError } from "./options.ts";

/** For verbs that make this machine a node. */
export const nodeNameOption = {
  "node-name": { type: "text", value: "NAME", help: "what this machine is called as a node (default: its host name)" },
} as const;

/** The kubelet's own name for it. */
export const manifestOption = {
  "pod-manifest-path": {
    type: "text",
    value: "DIR",
    help: "static pods: the node runs each pod of which a file lies here (default: manifests, in the node's data directory)",
  },
} as const;

/** What a node is registered with, for verbs that make one. */
export const nodeOptions = {
  label: { type: "list", value: "KEY=VALUE", help: "a label of the node; several with commas, or several times" },
  taint: {
    type: "list",
    value: "KEY=VALUE:EFFECT",
    help: "a taint of the node when it is new; EFFECT is NoSchedule, PreferNoSchedule or NoExecute",
  },
} as const;

/** @throws {UsageError} */
export function labelsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map(labelOf));
}

/** @throws {UsageError} */
export function taintsOf(texts: readonly string[]): readonly NodeTaint[] {
  return texts.map(taintOf);
}

function labelOf(text: string): readonly [string, string] {
  const [key = "", value = "", ...more] = text.split("=");
  if (more.length === 0 && text.includes("=") && [...qualifiedName(key), ...labelValue(value)].length === 0)
    return [key, value];
  throw new UsageError(`--label is KEY=VALUE, not "${text}"`);
}

const EFFECTS: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"] satisfies NodeTaint["effect"][];

function taintOf(text: string): NodeTaint {
  const match = /^([^=:]+)(?:=([^=:]*))?:(\w+)$/.exec(text);
  const [, key = "", value = "", effect = ""] = match ?? [];
  if ([...qualifiedName(key), ...labelValue(value)].length === 0 && EFFECTS.includes(effect)) {
    return { key, ...(value === "" ? {} : { value }), effect: effect as NodeTaint["effect"] };
  }
  throw new UsageError(`--taint is KEY=VALUE:EFFECT with one of ${EFFECTS.join(", ")}, not "${text}"`);
}

/** A name of `--node-name`. @throws {UsageError} */
export function nodeNameOf(text: string | undefined): string | undefined {
  if (text === undefined || dnsSubdomain(text).length === 0) return text;
  throw new UsageError(`--node-name is a name like a host's, of lower-case letters, digits, - and ., not "${text}"`);
}

/** An address of `--node-ip`. @throws {UsageError} */
export function addressOf(text: string | undefined): string | undefined {
  if (text === undefined || parseIp(text) !== undefined) return text;
  throw new UsageError(`--node-ip is an address, not "${text}"`);
}
