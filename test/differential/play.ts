import { jsonText, parseJson } from "../../src/machinery/exact-json.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./ask.ts";
import type { Case, HttpStep, Json, KubectlStep, Step } from "./define-case.ts";
import { fill } from "./fill.ts";
import { runKubectl } from "./kubectl.ts";
import { Plainer } from "./plain.ts";
import type { Side } from "./sides.ts";

/** What a step was, and all that came of it, in lines that can be compared between sides. */
export interface Entry {
  readonly step: string;
  readonly lines: readonly string[];
}

/** Schedules begin at the full minute; a silent node is believed gone after fifty seconds. */
const CONDITION_PATIENCE_MS = 90_000;
const PAUSE_MS = 100;
/** Begins the last line of a step whose condition never held. */
export const LATE = "(not as wanted after";
const COMPARED = [
  "content-type",
  "content-encoding",
  "cache-control",
  "warning",
  "retry-after",
  "allow",
  "location",
  "vary",
  "upgrade",
  "www-authenticate",
];

/** Plays a case against one side. @throws when a step has no answer at all */
export async function play({ name, world, steps }: Case, side: Side): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const named = new Map<string, Json>();
  const plainer = new Plainer(world, side.port);
  const run = async (step: Step): Promise<void> => {
    side.check();
    plainer.next();
    const lines = "kubectl" in step ? await runCommand(step) : await runRequest(step);
    entries.push({ step: titleOf(step), lines });
  };
  const runRequest = async (step: HttpStep): Promise<readonly string[]> => {
    const { ask, body, headers } = fill({ ask: step.ask, body: step.body, headers: step.headers }, name, named);
    const prefix = generatedPrefix(body);
    if (prefix !== undefined) plainer.expectGenerated(prefix);
    const request = { ask, body, ...(headers === undefined ? {} : { headers }) };
    const during = async () => {
      for (const one of step.during ?? []) await run(one);
    };
    const watch = step.lines === undefined ? undefined : { lines: step.lines, during };
    const { until } = step;
    const [answer, late] = await repeat(
      () => side.asker.ask(request, watch),
      until && (({ text }) => until(parse(text))),
    );
    if (step.as !== undefined) named.set(step.as, parse(answer.text));
    return [...linesOf(answer, step, plainer), ...late];
  };
  const runCommand = async ({ kubectl, input, until }: KubectlStep): Promise<readonly string[]> => {
    const line = fill(kubectl, name, named);
    const read = input === undefined ? undefined : typeof input === "string" ? input : JSON.stringify(input);
    const [{ stdout, stderr, code }, late] = await repeat(
      () => runKubectl(side, name, line, fill(read, name, named)),
      until && ((printed) => until(printed.stdout)),
    );
    const text = isJson(stdout) ? pretty(plainer.value(parse(stdout))) : plainer.printed(stdout).split("\n");
    return [
      ...text,
      ...plainer
        .printed(stderr)
        .split("\n")
        .map((one) => `! ${one}`),
      `(code ${code})`,
      ...late,
    ];
  };
  for (const step of [...worldSteps(name, world), ...steps, ...(world === "nodes" ? NODES_GO : [])]) await run(step);
  return entries;
}

/** The beginning of the name that a new object is to get, if it brings none. */
/** So much of it is kept, before five characters by chance. */
const LONGEST_GENERATED = 58;

function generatedPrefix(body: Json): string | undefined {
  const { name, generateName }: Json = body?.metadata ?? {};
  const isGenerated = !name && typeof generateName === "string" && generateName !== "";
  return isGenerated ? generateName.slice(0, LONGEST_GENERATED) : undefined;
}

/** Repeats until the answer is as wanted. @returns the last answer, and a line that says so if it never was */
async function repeat<T>(
  once: () => Promise<T>,
  wanted?: (answer: T) => boolean,
): Promise<readonly [T, readonly string[]]> {
  const deadline = Date.now() + CONDITION_PATIENCE_MS;
  for (;;) {
    const answer = await once();
    if (wanted === undefined || holds(wanted, answer)) return [answer, []];
    if (Date.now() > deadline) return [answer, [`${LATE} ${CONDITION_PATIENCE_MS / 1000} s)`]];
    await sleep(PAUSE_MS);
  }
}

/** A condition may reach into parts that are not there yet. */
function holds<T>(wanted: (answer: T) => boolean, answer: T): boolean {
  try {
    return wanted(answer);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** The next case begins with none; pods on them would be in its way too. */
const NODES_GO: readonly Step[] = [
  { ask: "DELETE /api/v1/namespaces/{ns}/pods?gracePeriodSeconds=0", see: ({ kind }) => kind },
  { ask: "DELETE /api/v1/nodes", see: ({ kind }) => kind },
];

/** A namespace of the case's own, with what its pods need. */
function worldSteps(namespace: string, world: Case["world"]): readonly Step[] {
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const made: Step = { ask: "POST /api/v1/namespaces", body: { metadata: { name: namespace } } };
  if (world === "api") return [made, { ask: `POST ${account}`, body: { metadata: { name: "default" } } }];
  return [made, { ask: `GET ${account}/default`, until: (body: Json) => body.kind === "ServiceAccount" }];
}

function titleOf(step: Step): string {
  if ("kubectl" in step) return `kubectl ${step.kubectl}`;
  const headers = Object.entries(step.headers ?? {}).map(([name, value]) => ` [${name}: ${value}]`);
  const body = step.body === undefined ? "" : ` ${typeof step.body === "string" ? step.body : jsonText(step.body)}`;
  const whole = `${step.ask}${headers.join("")}${body}`;
  return whole.length > TITLE_LENGTH ? `${whole.slice(0, TITLE_LENGTH)}…` : whole;
}

const TITLE_LENGTH = 300;

function linesOf({ status, headers, text }: Answer, { see, ask }: HttpStep, plainer: Plainer): readonly string[] {
  if (see !== undefined) return [`HTTP ${status}`, ...pretty(plainer.value(seen(see, parse(text))))];
  const compared = COMPARED.flatMap((name) => (headers[name] ?? []).map((value) => `${name}: ${plainer.text(value)}`));
  const lines = text.split("\n").filter((line) => line !== "");
  // Of a watch that is over within a second, Kubernetes' timers may or may not have said how far it has come.
  const values = ask.includes("timeoutSeconds=1&") ? lines.filter((line) => !isBareBookmark(parse(line))) : lines;
  const body = isJson(text)
    ? pretty(plainer.value(parse(text)))
    : values.length > 1 && values.every(isJson)
      ? values.flatMap((line) => pretty(plainer.value(parse(line))))
      : ask.includes("/metrics")
        ? []
        : plainer.text(text).split("\n");
  return [`HTTP ${status}`, ...compared, ...body];
}

/** Parts that are not there are shown by all the rest. */
function seen(see: (body: Json) => unknown, body: Json): Json {
  try {
    return see(body);
  } catch (error) {
    if (error instanceof TypeError) return body;
    throw error;
  }
}

function pretty(value: unknown): readonly string[] {
  return (jsonText(value, 1) ?? "nothing").split("\n");
}

function isBareBookmark(event: Json): boolean {
  return event?.type === "BOOKMARK" && event.object.metadata?.annotations === undefined;
}

function isJson(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
