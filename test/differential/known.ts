import { readFileSync } from "node:fs";

/** A difference that is told in `known.md`, with its reason: in these cases, lines like these may differ. */
export interface Known {
  readonly title: string;
  readonly cases: RegExp;
  readonly lines: readonly RegExp[];
}

/**
 * Reads `known.md`: each `## title` has one line "- cases: `glob`" and any number of "- lines: `regular expression`".
 * @throws {Error} for a section that says not where it applies
 */
export function readKnown(path = `${import.meta.dirname}/known.md`): readonly Known[] {
  const sections = readFileSync(path, "utf8").split(/^## /m).slice(1);
  return sections.map((section) => {
    const title = section.slice(0, section.indexOf("\n"));
    const glob = /^- cases: `(.+)`$/m.exec(section)?.[1];
    const lines = [...section.matchAll(/^- lines: `(.+)`$/gm)].map(([, pattern]) => new RegExp(pattern!));
    if (glob === undefined || lines.length === 0)
      throw new Error(`known.md, "${title}": needs \`cases\` and \`lines\``);
    return { title, cases: globPattern(glob), lines };
  });
}

/** `*` stands for anything; several names stand between commas. */
export function globPattern(glob: string): RegExp {
  const names = glob.split(",").map((name) =>
    name
      .trim()
      .replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*"),
  );
  return new RegExp(`^(${names.join("|")})$`);
}
