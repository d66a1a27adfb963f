import type { ConformanceOptions } from "./options.ts";
import type { Phase } from "./suite.ts";

/**
 * What is to run, in one go each. Specs are told apart by their labels: in a name the word `[Serial]` may stand before what was
 * asked for, in the midst of it or behind it. @param shortSet names of specs
 */
export function phasesOf(
  { short, focus, skip, procs }: ConformanceOptions,
  shortSet: readonly string[],
): readonly Phase[] {
  if (short) {
    const names = shortSet.map((name) => `${escape(name)}$`);
    // Whoever changes something else is not stopped by a moment's chance, but is told of it.
    return [{ title: "short", labels: "Conformance", focus: names, skip, procs, attempts: 2 }];
  }
  return [
    { title: "parallel", labels: "Conformance && !Serial", focus, skip, procs, attempts: 1 },
    { title: "serial", labels: "Conformance && Serial", focus, skip, procs: 1, attempts: 1 },
  ];
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
