import type { Step, Story } from "../../apiserver/why/story.ts";

/** A story as lines for people. */
export function storyLines(story: Story): readonly string[] {
  const { subject, steps, startMs, missing } = story;
  const name = subject.namespace === undefined ? subject.name : `${subject.namespace}/${subject.name}`;
  return [
    `${subject.kind} ${name}: how it came to be. It began at ${new Date(startMs).toISOString()}.`,
    "",
    ...steps.flatMap((step) => stepLines(step, startMs)),
    "",
    ...(missing.length === 0 ? [] : ["What cannot be told:", ...missing.map((line) => `  ${line}`), ""]),
    ...waitLines(story),
  ];
}

/** What happened from a moment on (milliseconds since the epoch), in a line a step; times count from then. */
export function briefStoryLines(story: Story, fromMs: number): readonly string[] {
  const recent = story.steps.filter(({ atMs }) => atMs >= fromMs);
  const earlier = story.steps.length - recent.length;
  return [
    ...(earlier === 0 ? [] : [`${" ".repeat(TIME_WIDTH)}  (${earlier} steps before this)`]),
    ...recent.map(({ atMs, who, what, why }) => {
      const time = timeText(atMs - fromMs).padStart(TIME_WIDTH);
      return `${time}  ${who.actor} ${what}${why === undefined ? "" : `: ${why}`}`;
    }),
    ...waitLines(story),
  ];
}

/** What it waits for, or that it waits for nothing. */
function waitLines({ subject, waitsFor }: Story): readonly string[] {
  if (!subject.exists) return ["It is gone."];
  if (waitsFor.length === 0) return ["It waits for nothing."];
  return ["It waits for:", ...waitsFor.map((line) => `  ${line}`)];
}

const TIME_WIDTH = 10;
const INDENT = " ".repeat(TIME_WIDTH + 4);

function stepLines(
  { sinceStartMs, who, what, why, part, saw, facts, details, thoughtMs, revision }: Step,
  startMs: number,
) {
  const time = timeText(sinceStartMs).padStart(TIME_WIDTH);
  if (part === "event") {
    const { type: _type, ...more } = facts;
    return [`${time}  ${who.actor} ${what}: ${why ?? ""}`, ...factLines(more, startMs)];
  }
  const asked = who.user.startsWith("system:") || who.user === "" ? "" : ` (${who.user})`;
  const thought = thoughtMs === undefined || thoughtMs < 1 ? "" : `, after ${timeText(thoughtMs)} of work`;
  const seen = saw.filter(({ told }) => told).map(({ object, revision: at }) => `${object} at r${at}`);
  return [
    `${time}  ${who.actor}${asked} ${what}  [r${revision}${thought}]`,
    ...(seen.length === 0 ? [] : [`${INDENT}saw ${seen.join(", ")}`]),
    ...(why === undefined ? [] : [`${INDENT}because ${why}`]),
    ...factLines(facts, startMs),
    ...details.map((line) => `${INDENT}· ${line}`),
  ];
}

/** Facts by the endings of their names: `AtMs` is a moment, `Ms` a time that something took. */
function factLines(facts: Readonly<Record<string, unknown>>, startMs: number): readonly string[] {
  const told = Object.entries(facts).filter(([, value]) => valueText(value) !== "");
  const texts = told.map(([name, value]) => {
    if (typeof value === "number" && name.endsWith("AtMs"))
      return `${spaced(name.slice(0, -4))} at ${timeText(value - startMs)}`;
    if (typeof value === "number" && name.endsWith("Ms")) return `${spaced(name.slice(0, -2))} took ${timeText(value)}`;
    if (typeof value === "number" && name.endsWith(" ms")) return `${name.slice(0, -3)} took ${timeText(value)}`;
    return `${spaced(name)}: ${valueText(value)}`;
  });
  return texts.map((text) => `${INDENT}${text}`);
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value === "number") return String(Math.round(value * 100) / 100);
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${name} ${valueText(each)}`)
    .join("; ");
}

/** `stopSandbox` as `stop sandbox`. */
function spaced(name: string): string {
  return name.includes(" ") ? name : name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

function timeText(ms: number): string {
  const size = Math.abs(ms);
  if (size < SECOND_MS) return `${Math.round(ms * 10) / 10} ms`;
  if (size < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(2)} s`;
  const minutes = Math.trunc(size / MINUTE_MS);
  return `${ms < 0 ? "-" : ""}${minutes}m${Math.trunc((size % MINUTE_MS) / SECOND_MS)}s`;
}
