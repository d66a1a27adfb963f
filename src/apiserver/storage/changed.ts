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
  return points;
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
  const before = new Map(list(old).map((condition) => [condition.type, condition]));
  for (const { type, status, reason } of list(next)) {
    const was = before.get(type);
    if (was?.status === status && was?.reason === reason) continue;
    points.push(
      `${path}[${type}]: ${was?.status ?? "absent"} → ${status}${reason === undefined ? "" : ` (${reason})`}`,
    );
  }
}

function list(value: unknown): readonly Condition[] {
  return Array.isArray(value) ? (value as readonly Condition[]) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
