import { delay } from "../../base/clock.ts";
import type { Issue } from "../../machinery/issue.ts";
import { invalid, notSupported } from "../../machinery/issue.ts";
import { failure, invalidError } from "../../machinery/status.ts";
import type { StorageContext } from "./context.ts";

/** How long a read waits for a revision that is not there yet, as Kubernetes' watch cache does. */
const WAIT_MS = 3_000;
const LOOK_AGAIN_MS = 50;

const LARGEST = 2n ** 64n - 1n;

/** A resourceVersion parameter as a number; undefined where none was given. @throws {StatusError} 500, as Kubernetes has it */
export function parseRevision(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const isNumber = /^\d+$/.test(text);
  if (isNumber && BigInt(text) <= LARGEST) return Number(text);
  const problem = isNumber ? "value out of range" : "invalid syntax";
  const issue = invalid("resourceVersion", text, `strconv.ParseUint: parsing "${text}": ${problem}`);
  throw failure(500, "", `${issue.field}: ${issue.body}`);
}

/** Waits until the state is at least as new as `revision`. @throws {StatusError} 504 when it does not come. */
export async function waitForRevision(context: StorageContext, revision: number, signal: AbortSignal): Promise<void> {
  const until = context.clock.now() + WAIT_MS;
  while (context.store.revision < revision) {
    if (context.clock.now() >= until) throw tooLargeRevision(revision, context.store.revision);
    await delay(context.clock, LOOK_AGAIN_MS, { signal });
  }
}

function tooLargeRevision(revision: number, current: number): Error {
  // Beyond what a number holds exactly, only the largest of all is worth telling right.
  const shown = revision >= Number(LARGEST) ? LARGEST : revision;
  const cause = { reason: "ResourceVersionTooLarge", message: "Too large resource version" };
  return failure(504, "Timeout", `Timeout: Too large resource version: ${shown}, current: ${current}`, {
    causes: [cause],
    retryAfterSeconds: 1,
  });
}

/** Checks resourceVersionMatch and sendInitialEvents against each other, with Kubernetes' sentences. */
export function checkListOptions(options: {
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly continue?: string;
  readonly sendInitialEvents?: boolean;
  readonly isWatch: boolean;
}): void {
  const issues: Issue[] = [];
  const { resourceVersion = "", resourceVersionMatch = "", isWatch, sendInitialEvents } = options;
  const forbid = (field: string, detail: string) =>
    issues.push({ type: "FieldValueForbidden", field, body: `Forbidden: ${detail}` });
  if (isWatch) {
    if (resourceVersionMatch !== "" && sendInitialEvents === undefined) {
      forbid(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      );
    }
    if (sendInitialEvents !== undefined && resourceVersionMatch !== "NotOlderThan") {
      forbid("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if (resourceVersionMatch !== "" && resourceVersionMatch !== "NotOlderThan") {
      issues.push(notSupported("resourceVersionMatch", resourceVersionMatch, ["NotOlderThan"]));
    }
  } else {
    if (sendInitialEvents !== undefined) forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
    if (resourceVersionMatch !== "") {
      if (resourceVersion === "") {
        forbid("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
      }
      if ((options.continue ?? "") !== "") {
        forbid("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
      }
      if (resourceVersionMatch !== "Exact" && resourceVersionMatch !== "NotOlderThan") {
        issues.push(notSupported("resourceVersionMatch", resourceVersionMatch, ["Exact", "NotOlderThan", ""]));
      }
      if (resourceVersionMatch === "Exact" && resourceVersion === "0") {
        forbid("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
      }
    }
  }
  if (issues.length > 0) throw invalidError({ group: "meta.k8s.io", name: "ListOptions" }, "", issues);
}
