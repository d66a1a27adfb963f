import { readFile } from "node:fs/promises";

/** How one spec ended. */
export interface SpecResult {
  /** With its SIG and tags, as `conformance.yaml` of Kubernetes calls it. */
  readonly name: string;
  readonly sig: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** It passed, but not at the first try. */
  readonly again?: true;
  /** Absent where it passed. */
  readonly failure?: { readonly message: string; readonly location: string; readonly log: string };
}

interface GinkgoReport {
  readonly SpecReports: readonly GinkgoSpec[] | null;
}

interface GinkgoSpec {
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly LeafNodeText: string;
  readonly LeafNodeType: string;
  readonly State: string;
  /** Nanoseconds. */
  readonly RunTime: number;
  readonly NumAttempts?: number;
  readonly CapturedGinkgoWriterOutput?: string;
  readonly CapturedStdOutErr?: string;
  readonly Failure?: {
    readonly Message: string;
    readonly Location: { readonly FileName?: string; readonly LineNumber?: number };
  };
}

/** Reads the JSON report of ginkgo: the specs that ran, whatever their end. */
export async function readReport(path: string): Promise<readonly SpecResult[]> {
  const reports = JSON.parse(await readFile(path, "utf8")) as readonly GinkgoReport[];
  return reports
    .flatMap(({ SpecReports }) => SpecReports ?? [])
    .filter(({ LeafNodeType, State }) => LeafNodeType === "It" && State !== "skipped" && State !== "pending")
    .map(resultOf);
}

function resultOf(spec: GinkgoSpec): SpecResult {
  const name = [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(" ");
  const result = { name, sig: sigOf(name), passed: spec.State === "passed", seconds: spec.RunTime / 1e9 };
  if (result.passed) return (spec.NumAttempts ?? 1) > 1 ? { ...result, again: true } : result;
  const { Message: message = spec.State, Location: location = {} } = spec.Failure ?? {};
  return {
    ...result,
    failure: {
      message,
      location: `${location.FileName ?? ""}:${location.LineNumber ?? 0}`,
      log: `${spec.CapturedGinkgoWriterOutput ?? ""}${spec.CapturedStdOutErr ?? ""}`,
    },
  };
}

export function sigOf(name: string): string {
  return /\[sig-([a-z-]+)\]/.exec(name)?.[1] ?? "none";
}

/** A row a SIG, and one for all: passed, of how many, and how long they ran. */
export function tableOf(results: readonly SpecResult[]): string {
  const sigs = [...new Set(results.map(({ sig }) => sig))].toSorted();
  const row = (title: string, of: readonly SpecResult[]) => {
    const passed = of.filter((result) => result.passed).length;
    const minutes = of.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
    return `| ${title.padEnd(16)} | ${String(passed).padStart(6)} | ${String(of.length).padStart(4)} | ${minutes.toFixed(1).padStart(7)} |`;
  };
  return [
    "| SIG              | passed |   of | minutes |",
    "|------------------|-------:|-----:|--------:|",
    ...sigs.map((sig) =>
      row(
        sig,
        results.filter((result) => result.sig === sig),
      ),
    ),
    row("all", results),
  ].join("\n");
}
