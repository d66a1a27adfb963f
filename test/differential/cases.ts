import { readdirSync } from "node:fs";
import { join } from "node:path";
import { patchesAndDeletions } from "../../src/apiserver/answers/patches-and-deletions.ts";
import { readsAndWrites } from "../../src/apiserver/answers/reads-and-writes.ts";
import { refusals } from "../../src/apiserver/answers/refusals.ts";
import { type Case, defineCase } from "./define-case.ts";
import { globPattern } from "./known.ts";

/** Every case: those of the files in `cases/`, and the requests whose answers are recorded beside the API server. */
export async function allCases(): Promise<readonly Case[]> {
  const recorded = Object.entries({ ...readsAndWrites, ...patchesAndDeletions, ...refusals });
  const files = readdirSync(join(import.meta.dirname, "cases")).filter((file) => file.endsWith(".ts"));
  const written = await Promise.all(
    files.toSorted().map(async (file) => {
      const module = (await import(`./cases/${file}`)) as { default: Case | readonly Case[] };
      return module.default;
    }),
  );
  return [...recorded.map(([theme, steps]) => defineCase(`recorded-${theme}`, "api", steps)), ...written.flat()];
}

/** @throws {Error} for a name that no case has */
export function chosenCases(cases: readonly Case[], globs: readonly string[]): readonly Case[] {
  if (globs.length === 0) return cases;
  const missing = globs.find((glob) => !cases.some(({ name }) => globPattern(glob).test(name)));
  if (missing !== undefined) throw new Error(`No case is called ${missing}; --list tells their names.`);
  return cases.filter(({ name }) => globs.some((glob) => globPattern(glob).test(name)));
}
