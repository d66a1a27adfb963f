import type { Json, World } from "./define-case.ts";

/**
 * Takes out of one side's answers what differs from run to run, and keeps what it means: the same uid, address or version gets
 * the same number wherever it comes again, so that a wrong identity still shows.
 */
export class Plainer {
  readonly #world: World;
  readonly #server: RegExp;
  readonly #numbers = new Map<string, Map<string, string>>();
  readonly #prefixes = new Set<string>();
  #step = 0;
  #new = 0;

  /** @param port the API server's */
  constructor(world: World, port: number) {
    this.#world = world;
    this.#server = new RegExp(`\\b[a-z0-9.]+:${port}\\b`, "g");
  }

  /** Begins with the answer to the next step: what is met for the first time is numbered by the step and its place in there. */
  next(): void {
    this.#step += 1;
    this.#new = 0;
  }

  /** Learns the beginning of a name whose end the server makes up: what comes of it is left out from here on. */
  expectGenerated(prefix: string): void {
    this.#prefixes.add(prefix);
  }

  /** A value parsed from JSON. The members of objects have no order there. */
  value(value: Json): Json {
    this.#learn(value);
    return this.#plain("", value);
  }

  /** What was printed for people: ages, and the widths of columns that come of them, are left out too. */
  printed(text: string): string {
    return this.text(text)
      .replaceAll(/(?<=\/tmp\/(LIVE|MERGED)-)\d+/g, "<random>")
      .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4}/g, "<time>")
      .replaceAll(/(?<=\bResource Version:\s+)\d+/g, "<rv>")
      .replaceAll(/(?<=\bNodePort:.*\s)\d+/gi, (port) => this.#number("port", port))
      .replaceAll(/(?<=X509SHA256=)[0-9a-f]{64}/g, "<hash>")
      .replaceAll(AGES, "<age>")
      .replaceAll(/(?<=\S) {2,}|\t+/g, "  ")
      .replaceAll(/ +$/gm, "");
  }

  text(text: string): string {
    let result = text
      .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "<token>")
      .replaceAll(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g, "<certificate>")
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (uid) =>
        this.#number("uid", uid),
      )
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, "<microtime>")
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, "<time>")
      .replaceAll(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d (GMT|[+-]\d{4})/g, "<time>")
      // Gathered from Go's maps, which have no order.
      .replaceAll(/(?<=: errors:)(?:\n {2}[^\n]*)+/g, (lines) => lines.split("\n").toSorted().join("\n"))
      .replaceAll(/(?<= is invalid: \[).+(?=\])/g, sortedIssues)
      // A list's version in YAML: those of objects stand deeper.
      .replaceAll(
        /(?<=^metadata:\n(?: {2}continue: .*\n)?(?: {2}remainingItemCount: .*\n)? {2}resourceVersion: ")\d+/gm,
        "<rv>",
      )
      .replaceAll(/(?<=^ {2}continue: )\S+/gm, "<continue>")
      .replaceAll(this.#server, "<server>");
    for (const prefix of this.#prefixes) {
      const escaped = prefix.replaceAll(/[^\w]/g, "\\$&");
      result = result.replaceAll(
        new RegExp(`\\b${escaped}[bcdfghjklmnpqrstvwxz2456789]{5}\\b`, "g"),
        `${prefix}<random>`,
      );
    }
    result = result
      .replaceAll(/\b10\.96\.\d{1,3}\.\d{1,3}\b/g, (address) => this.#number("address", address))
      .replaceAll(/(?<=\.)1[0-9a-f]{15}\b/g, "<event>")
      .replaceAll(
        /(?<=\bcurrent: |ResourceVersion in (?:object meta|precondition): )\d+|(?<=\bversion: \d+ \()\d+|(?<=(?:record|precondition) \()\d+/g,
        "<rv>",
      )
      .replaceAll(/(?<=\bresourceVersion: ")\d+(?=")/g, (version) => this.#version(version))
      // As Go prints what stands in a map.
      .replaceAll(/(?<=\bresourceVersion:)\d+/g, (version) => this.#version(version))
      .replaceAll(/(?<=\\?"resourceVersion\\?":\s?\\?")\d+/g, (version) => this.#version(version));
    result = result.replaceAll(/(?<=\b[a-z0-9]+-)[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, (hash) =>
      this.#number("hash", hash),
    );
    for (const [hash, number] of this.#numbers.get("hash") ?? []) result = result.replaceAll(hash, `<hash ${number}>`);
    return result
      .replaceAll(NODE_PORTS, (port) => this.#number("port", port))
      .replaceAll(/(?<=[a-z0-9>]-)[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, "<random>");
  }

  /** What stands for something that later texts show: template hashes, versions. */
  #learn(value: Json): void {
    if (typeof value !== "object" || value === null) return;
    for (const label of HASHES) if (typeof value[label] === "string") this.#learnHash(value[label]);
    if (typeof value.uid === "string" && typeof value.resourceVersion === "string" && this.#world === "api") {
      this.#number("rv", value.resourceVersion);
    }
    for (const inner of Object.values(value)) this.#learn(inner);
  }

  #learnHash(label: string): void {
    const hash = /[bcdfghjklmnpqrstvwxz2456789]{5,10}$/.exec(label)?.[0];
    if (hash !== undefined) this.#number("hash", hash);
  }

  #plain(name: string, value: Json, owner?: Json): Json {
    if (Array.isArray(value)) {
      return inSomeOrder(
        name,
        value.map((item: Json) => this.#plain("", item)),
      );
    }
    if (typeof value === "object" && value !== null) {
      const entries = Object.keys(value)
        .toSorted()
        .map((key): [string, Json] => [this.text(key), this.#plain(key, value[key], value)]);
      // Names with uids in them stand in the order of what these have become.
      return Object.fromEntries(entries.toSorted(([a], [b]) => compareTexts(a, b))) as Json;
    }
    if (typeof value === "number" && value > 0 && /nodeport$/i.test(name)) return this.#number("port", String(value));
    if (typeof value !== "string" || value === "") return value;
    if (name === "resourceVersion") return owner?.uid === undefined ? shortVersion(value) : this.#version(value);
    if (name === "continue") return "<continue>";
    return AGE.test(value) ? "<age>" : this.text(value);
  }

  #version(version: string): string {
    const number = this.#numbers.get("rv")?.get(version);
    return number === undefined ? shortVersion(version) : `<rv ${number}>`;
  }

  #number(kind: string, value: string): string {
    const known = this.#numbers.get(kind) ?? new Map<string, string>();
    this.#numbers.set(kind, known);
    if (!known.has(value)) known.set(value, `${this.#step}.${(this.#new += 1)}`);
    return `<${kind} ${known.get(value)}>`;
  }
}

const HASHES = ["pod-template-hash", "controller-revision-hash", "controller.kubernetes.io/hash"];
const AGE = /^(\d+[smhd]){1,2}$|^<unknown>$|^<invalid>$/;
/** As columns show them, by the name of their field, and where one is refused for standing twice. */
const NODE_PORTS =
  /(?<=:)3[0-2]\d{3}(?=\/)|(?<=nodeport(?:\\*"|): ?)[1-9]\d*|(?<=\bDuplicate value: |\bduplicate nodePort: \{\w+ )3[0-2]\d{3}\b/gi;
/** As far as a run takes; longer spans, as in tolerations, are what they are. */
const AGES = /\b(?:\d|\d\d|1[01]\d)s\b|\b1?\dm(?:\d{1,2}s)?\b/g;

/** Puts into order what is a matter of luck. */
function inSomeOrder(name: string, items: Json[]): Json[] {
  // They stand in the order of their times, which are whole seconds.
  if (name === "managedFields") return items.toSorted((a: Json, b: Json) => compareTexts(managerOf(a), managerOf(b)));
  // Gathered from a map of Go's by manager; the fields of each have an order.
  if (name === "causes" && items.every(({ reason }) => reason === "FieldManagerConflict"))
    return items.toSorted((a: Json, b: Json) => compareTexts(a.message, b.message));
  if (name !== "causes") return items;
  return sortedRuns(
    items,
    ({ field, message }: Json) => (message === ALSO ? ALSO : LABELS.test(field) ? field : undefined),
    ({ field, message }: Json) => `${field} ${message}`,
  );
}

/** Puts in order what stands together and is of one kind. */
function sortedRuns<T>(items: readonly T[], kindOf: (item: T) => string | undefined, textOf: (item: T) => string): T[] {
  const runs: { kind: string | undefined; items: T[] }[] = [];
  for (const item of items) {
    const kind = kindOf(item);
    const last = runs.at(-1);
    if (kind !== undefined && last?.kind === kind) last.items.push(item);
    else runs.push({ kind, items: [item] });
  }
  return runs.flatMap((run) => run.items.toSorted((a, b) => compareTexts(textOf(a), textOf(b))));
}

/** The issues of a refusal, those that Kubernetes finds in Go's maps in some order. */
function sortedIssues(list: string): string {
  const kindOf = (issue: string) =>
    issue.endsWith(`: ${ALSO}`) ? ALSO : LABELS.test(issue.split(": ", 1)[0]!) ? issue.split(": ", 1)[0] : undefined;
  return sortedRuns(list.split(ISSUES), kindOf, (issue) => issue).join(", ");
}

/** What a metric says beside its type: Kubernetes finds it in a map of Go's. */
const ALSO = "Forbidden: must populate the given metric source only";
const LABELS = /labels$|annotations$|nodeSelector$/i;
/** Between issues. */
const ISSUES =
  /, (?=[a-z][\w.[\]()"/-]*: (?:Invalid value|Required value|Forbidden|Unsupported value|Too long|Too many|Duplicate value)\b)/;

function managerOf({ manager, operation, subresource = "" }: Json): string {
  return `${manager} ${operation} ${subresource}`;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shortVersion(version: string): string {
  return version === "0" ? version : "<rv>";
}
