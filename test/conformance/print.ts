import type { Verdict } from "./ratchet.ts";
import { type SpecResult, tableOf } from "./report.ts";
import type { Progress } from "./live.ts";

/** A line for a spec that has just ended. */
export function progressLine({ total, passed, failed, last }: Progress, elapsedMs: number): string {
  const counts = `${passed} passed, ${failed} failed of ${total ?? "?"}`;
  return `${clock(elapsedMs).padStart(6)}  ${counts}  ${last?.passed === true ? "✔" : "✖"} ${last?.name ?? ""}`;
}

/** What came out of it all: a table by SIG, each failure with its reason, and what became of the ratchet. */
export function conclusion(results: readonly SpecResult[], verdict: Verdict, elapsedMs: number): string {
  const failed = results.filter(({ passed }) => !passed);
  return [
    "",
    tableOf(results),
    "",
    ...failed.map(({ name, failure }) => `✖ ${name}\n    ${failure!.message.split("\n", 1)[0]}`),
    ...results.filter(({ again }) => again).map(({ name }) => `PASSED ONLY AT THE SECOND TRY, which is a bug: ${name}`),
    ...verdict.broken.map(({ name }) => `BROKEN, for it stands in passing.txt: ${name}`),
    `${results.length - failed.length} of ${results.length} passed in ${clock(elapsedMs)}.`,
    `${verdict.standing} stand in passing.txt, ${verdict.added.length} of them new.`,
  ].join("\n");
}

function clock(elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
