import { jsonText } from "../../machinery/exact-json.ts";
import { sameJson } from "../../machinery/same-json.ts";
import type { KubeObject } from "../../machinery/object.ts";

/** A change is told in at most this many points, each of at most this many characters. */
const MOST_POINTS = 8;
const LONGEST_VALUE = 80;

/** What a write changed, a line a point, for the store's records: `status.phase: Pending → Running`. */
export function describeChange(old: KubeObject | undefined, next: KubeObject): readonly string[] {
  if (old === undefined) return [];
  const points: string[] = [];
  compare("", old as unknown as Fields, next as unknown as Fields, 0, points);
  // A record outlives its object, and is read by others than may read secrets.
  return next.kind === "Secret" ? points.map((point) => (point.startsWith("data") ? hidden(point) : point)) : points;
}

type Fields = Readonly<Record<string, unknown>>;

function compare(path: string, old: Fields, next: Fields, depth: number, points: string[]): void {
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (points.length >= MOST_POINTS) return;
    if (depth === 1 && path === "metadata" && IGNORED.has(name)) continue;
    const before = old[name];
    const after = next[name];
    if (before === after) continue;
    const at = path === "" ? name : `${path}.${name}`;
    if (isFields(before) && isFields(after) && depth < 3) compare(at, before, after, depth + 1, points);
    else if (name === "conditions") compareConditions(at, before, after, points);
    else if (name.endsWith("ontainerStatuses")) compareContainers(at, before, after, points);
    else if (!sameJson(before, after)) points.push(`${at}: ${shown(before)} → ${shown(after)}`);
  }
}

const IGNORED = new Set(["managedFields", "resourceVersion", "generation"]);

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
}

function compareConditions(path: string, old: unknown, next: unknown, points: string[]): void {
  const before = new Map(list<Condition>(old).map((condition) => [condition.type, condition]));
  for (const { type, status, reason } of list<Condition>(next)) {
    const was = before.get(type);
    if (was?.status === status && was?.reason === reason) continue;
    points.push(
      `${path}[${type}]: ${was?.status ?? "absent"} → ${status}${reason === undefined ? "" : ` (${reason})`}`,
    );
  }
}

interface Container {
  readonly name?: string;
  readonly restartCount?: number;
  readonly state?: Readonly<Record<string, { readonly reason?: string; readonly exitCode?: number } | undefined>>;
}

/** Of containers only what state they are in and how often they were started again. */
function compareContainers(path: string, old: unknown, next: unknown, points: string[]): void {
  const before = new Map(list<Container>(old).map((container) => [container.name, stateText(container)]));
  for (const container of list<Container>(next)) {
    const was = before.get(container.name);
    const is = stateText(container);
    if (was !== is) points.push(`${path}[${container.name}]: ${was ?? "absent"} → ${is}`);
  }
}

function stateText({ state = {}, restartCount = 0 }: Container): string {
  const [name = "waiting", facts] = Object.entries(state)[0] ?? [];
  const reason = facts?.reason === undefined ? "" : ` (${facts.reason})`;
  const code = facts?.exitCode === undefined ? "" : ` with ${facts.exitCode}`;
  const restarts = restartCount === 0 ? "" : `, ${restartCount} restarts`;
  return `${name}${code}${reason}${restarts}`;
}

function hidden(point: string): string {
  return `${point.slice(0, point.indexOf(":"))}: changed`;
}

function list<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = typeof value === "string" ? value : jsonText(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
