import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the Go program prints. */
export interface Facts {
  readonly kinds: readonly KindFact[];
  readonly structs: readonly StructFact[];
}

export interface KindFact {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly struct: string;
  /** By path, items of lists as `[]`; null for kinds of lists. */
  readonly defaults: Readonly<Record<string, unknown>> | null;
}

export interface StructFact {
  /** The OpenAPI name. */
  readonly name: string;
  readonly goName: string;
  readonly goPkg: string;
  readonly mapType?: "atomic" | "granular";
  readonly fields: readonly FieldFact[];
}

export interface FieldFact {
  readonly name: string;
  readonly type: TypeFact;
  readonly pointer?: true;
  readonly omitEmpty?: true;
  readonly required?: true;
  readonly number?: number;
  readonly within?: readonly number[];
  readonly strategy?: string;
  readonly mergeKey?: string;
  readonly listType?: "atomic" | "set" | "map";
  readonly listKeys?: readonly string[];
  readonly mapType?: "atomic" | "granular";
  readonly default?: unknown;
  readonly goType: string;
  readonly inlined?: readonly string[];
}

/** One of: a scalar's code, a struct's name, a list, a map. */
export interface TypeFact {
  readonly code?: string;
  readonly struct?: string;
  readonly list?: TypeFact;
  readonly map?: TypeFact;
  readonly wrapped?: true;
  readonly enum?: readonly string[];
}

export const kubernetesVersion = "v1.36.3";

const folder = join(import.meta.dirname, "facts");

/** Names the inputs: the Go modules with their sums, and the generator itself. */
export function inputHash(): string {
  const hash = createHash("sha256");
  const files = [folder, import.meta.dirname].flatMap((each) =>
    readdirSync(each)
      .filter((name) => /\.(go|mod|sum|ts)$/.test(name) && !name.endsWith(".test.ts"))
      .sort()
      .map((name) => join(each, name)),
  );
  for (const file of files) hash.update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** The folder of a Go module of the pinned version: `k8s.io/kubernetes` holds discovery and OpenAPI as files. */
export function moduleFolder(module: string): string {
  return go("list", "-m", "-f", "{{.Dir}}", module).trim();
}

export function readFacts(discoveryFile: string): Facts {
  return JSON.parse(go("run", ".", discoveryFile)) as Facts;
}

function go(...args: readonly string[]): string {
  return execFileSync("go", args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" },
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
}
