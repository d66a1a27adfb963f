import { jsonText, parseJson } from "../../machinery/exact-json.ts";

/** One request of a scenario. In `ask`, `body` and `headers`, `{name.uid}` and `{name.rv}` stand for what an earlier answer named. */
export interface Step {
  /** Method and target. */
  readonly ask: string;
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Remembers uid, resourceVersion and continue token of the answer under this name. */
  readonly as?: string;
  /** The answer is a watch: these steps run once it is open, and this many lines of it are read. */
  readonly during?: readonly Step[];
  readonly lines?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** An answer without what differs from run to run. */
export interface PlainAnswer {
  readonly ask: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON as a value, several lines of it as a list, all else as text. */
  readonly body: unknown;
}

/** Asks a server; for a watch, runs `during` once it is open and reads so many lines. */
export type Ask = (
  step: Pick<Step, "ask" | "body" | "headers">,
  watch?: { readonly lines: number; readonly during: () => Promise<void> },
) => Promise<Answer>;

/** Runs a scenario against a server and tells its answers in a form that can be compared between servers. */
export async function replay(steps: readonly Step[], ask: Ask): Promise<readonly PlainAnswer[]> {
  const names = new Map<string, string>();
  const answers: PlainAnswer[] = [];
  const run = async (step: Step): Promise<void> => {
    const filled = fill(step, names);
    const during = async () => {
      for (const one of step.during ?? []) await run(one);
    };
    const answer = await ask(filled, step.lines === undefined ? undefined : { lines: step.lines, during });
    if (step.as !== undefined) remember(step.as, answer.text, names);
    answers.push(plainOf(step.ask, answer, names));
  };
  for (const step of steps) await run(step);
  return answers;
}

function fill({ ask, body, headers }: Step, names: ReadonlyMap<string, string>) {
  const values = new Map([...names].map(([value, name]) => [name, value]));
  const replaced = (text: string) =>
    text.replaceAll(/\{(\w+\.\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  return {
    ask: replaced(ask),
    ...(body === undefined
      ? {}
      : { body: typeof body === "string" ? replaced(body) : parseJson(replaced(jsonText(body))) }),
    ...(headers === undefined
      ? {}
      : { headers: JSON.parse(replaced(JSON.stringify(headers))) as Record<string, string> }),
  };
}

interface Named {
  readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string; readonly continue?: string };
}

/** @param names by value: the same value is shown by the name that it got last. */
function remember(as: string, text: string, names: Map<string, string>): void {
  const { uid, resourceVersion, continue: token } = (parse(text) as Named | undefined)?.metadata ?? {};
  for (const [name, value] of Object.entries({ uid, rv: resourceVersion, continue: token })) {
    if (value === undefined) continue;
    for (const [other, known] of names) if (known === `${as}.${name}`) names.delete(other);
    names.set(value, `${as}.${name}`);
  }
}

const COMPARED = ["content-type", "cache-control", "warning", "retry-after", "allow", "location"];

function plainOf(ask: string, { status, headers, text }: Answer, names: ReadonlyMap<string, string>): PlainAnswer {
  const compared = Object.entries(headers).filter(([name]) => COMPARED.includes(name));
  return { ask, status, headers: Object.fromEntries(compared.toSorted()), body: bodyOf(text, names) };
}

function bodyOf(text: string, names: ReadonlyMap<string, string>): unknown {
  const value = parse(text);
  if (value !== undefined) return plain("", value, names);
  const lines = text.split("\n").filter((line) => line !== "");
  const values = lines.map(parse);
  if (lines.length > 0 && values.every((one) => one !== undefined)) return values.map((one) => plain("", one, names));
  return plainText(text, names);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function plain(name: string, value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => plain("", item, names));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [plainText(key, names), plain(key, inner, names)]),
    );
  }
  if (typeof value !== "string") return value;
  if (name === "resourceVersion" || name === "continue")
    return value === "" ? "" : (shown(value, names) ?? `<${name}>`);
  return plainText(value, names);
}

function shown(value: string, names: ReadonlyMap<string, string>): string | undefined {
  const name = names.get(value);
  return name === undefined ? undefined : `{${name}}`;
}

function plainText(text: string, names: ReadonlyMap<string, string>): string {
  return (
    text
      // A refused patch shows the whole object, whose fields differ in order.
      .replaceAll(/Invalid value: "\{.*\}"/g, "Invalid value: <object>")
      .replaceAll(
        /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
        (uid) => shown(uid, names) ?? "<uid>",
      )
      .replaceAll(/\b\d{1,20}\b/g, (number) => shown(number, names) ?? number)
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
      .replaceAll(/\b(kube-api-access|gen)-[a-z0-9]{5}\b/g, "$1-<random>")
      .replaceAll(/\b10\.96\.\d+\.\d+\b/g, "<address>")
      .replaceAll(/^\d+[smh](\d+s)?$/g, "<age>")
  );
}
