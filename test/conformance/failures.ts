import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SpecResult } from "./report.ts";

const NAMESPACE = /namespace object, basename [^\n]*|[Nn]amespace[ :"=]+([a-z0-9-]+-\d{2,})/g;

/**
 * A file for each spec that failed: the step, what the spec wrote, and what Wherry's own logs say of the spec's namespaces.
 * @param logs the folder with the cluster's logs
 */
export async function writeFailures(results: readonly SpecResult[], folder: string, logs: string): Promise<void> {
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  await mkdir(folder, { recursive: true });
  const lines = await logLines(logs);
  for (const { name, seconds, failure } of failed) {
    const { message, location, log } = failure!;
    const namespaces = namespacesIn(log);
    const own = lines.filter((line) => namespaces.some((namespace) => line.includes(namespace)));
    const text = [
      `${name}\n`,
      `after ${seconds.toFixed(1)} s, at ${location}:`,
      `${message}\n`,
      "— what the spec wrote —",
      log,
      `— Wherry on ${namespaces.join(", ") || "no namespace of its own"} —`,
      ...own,
    ].join("\n");
    await writeFile(join(folder, `${fileName(name)}.txt`), `${text}\n`);
  }
}

function namespacesIn(log: string): readonly string[] {
  return [...new Set([...log.matchAll(NAMESPACE)].flatMap(([, name]) => (name === undefined ? [] : [name])))];
}

async function logLines(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch(() => []);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8").catch(() => "")));
  return texts.flatMap((text) => text.split("\n"));
}

function fileName(name: string): string {
  return name
    .replaceAll(/\[(sig-[a-z-]+)\]/g, "$1")
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/[^A-Za-z0-9-]+/g, "-")
    .slice(0, 120);
}
