import { jsonText } from "../../machinery/exact-json.ts";
import type { Column, Kind } from "../../api/kind.ts";
import { humanDuration } from "../../machinery/duration.ts";
import { jsonOfGo } from "../../machinery/go-json.ts";
import { invalid, issueText } from "../../machinery/issue.ts";
import type { KubeObject, ListMeta } from "../../machinery/object.ts";
import { badRequest } from "../../machinery/status.ts";
import { parseTime } from "../../machinery/time.ts";
import type { Entry } from "../../store/contract.ts";
import { type Describe, OBJECT_META } from "../openapi/describe.ts";
import type { View } from "./negotiate.ts";
import { partialJson, partialObject } from "./partial.ts";

export type TableView = Extract<View, { type: "table" }>;

/** A `meta.k8s.io/v1` Table, as `kubectl get` prints it. */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  /** Null in all events of a watch but the first. */
  readonly columnDefinitions: readonly ColumnDefinition[] | null;
  readonly rows: readonly TableRow[] | null;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface TableRow {
  readonly cells: readonly Cell[];
  /** Null where nothing of the object is to be included. */
  readonly object: unknown;
}

export type Cell = string | number | boolean | null;

type IncludeObject = "None" | "Metadata" | "Object";

/** A table of objects. @throws StatusError 400 for an unknown `includeObject`. */
export function tableOf(
  kind: Kind,
  objects: readonly KubeObject[],
  view: TableView,
  { metadata, nowMs, describe }: { readonly metadata: ListMeta; readonly nowMs: number; readonly describe: Describe },
): Table {
  const include = includeOf(view);
  const columns = columnsOf(kind);
  return {
    ...tableHead(metadata, view.version),
    columnDefinitions: columnDefinitions(kind, describe),
    rows: rowsOrNull(
      kind,
      objects.map((object) => ({
        cells: cellsOf(columns, object, nowMs),
        object: include === "None" ? null : include === "Object" ? object : partialObject(kind, object, view.version),
      })),
    ),
  };
}

/** Of kinds without columns of their own Kubernetes makes no rows rather than an empty list of them. */
function rowsOrNull(kind: Kind, rows: readonly TableRow[]): readonly TableRow[] | null {
  return rows.length === 0 && kind.columns === undefined ? null : rows;
}

export function tableHead(metadata: ListMeta, version: string) {
  return { kind: "Table", apiVersion: `meta.k8s.io/${version}`, metadata } as const;
}

/** The rows of stored objects as JSON texts: what is costly is remembered with each of them. */
export function* rowTexts(
  kind: Kind,
  entries: Iterable<Entry<KubeObject>>,
  view: TableView,
  nowMs: number,
): Iterable<string> {
  const include = includeOf(view);
  const columns = columnsOf(kind);
  for (const entry of entries) {
    const cells = jsonText(cellsOf(columns, entry.value, nowMs));
    const object =
      include === "None"
        ? "null"
        : include === "Object"
          ? jsonOfGo(entry.value)
          : partialJson(kind, entry, view.version);
    yield `{"cells":${cells},"object":${object}}`;
  }
}

const definitions = new WeakMap<Kind, readonly ColumnDefinition[]>();

export function columnDefinitions(kind: Kind, describe: Describe): readonly ColumnDefinition[] {
  let known = definitions.get(kind);
  if (known === undefined) {
    known = columnsOf(kind).map(({ name, type, format = "", description, describedBy, priority = 0 }) => ({
      name,
      type,
      format,
      description: description ?? (describedBy === undefined ? "" : (describe(OBJECT_META, describedBy) ?? "")),
      priority,
    }));
    definitions.set(kind, known);
  }
  return known;
}

/** The row of a bookmark: it says nothing but how far the watch has come. */
export function emptyCells(kind: Kind): readonly Cell[] {
  return columnsOf(kind).map(() => "");
}

/** @throws StatusError 400 */
export function includeOf({ includeObject }: TableView): IncludeObject {
  if (includeObject === "") return "Metadata";
  if (includeObject === "None" || includeObject === "Metadata" || includeObject === "Object") return includeObject;
  const issue = invalid("includeObject", includeObject, "must be 'Metadata', 'Object', 'None', or empty");
  throw badRequest(`Unable to convert to Table as requested: ${issueText(issue)}`);
}

interface ShownColumn extends Column<KubeObject> {
  /** The field of ObjectMeta whose documentation describes the column. */
  readonly describedBy?: string;
}

const nameColumn: ShownColumn = {
  name: "Name",
  type: "string",
  format: "name",
  describedBy: "name",
  value: ({ metadata }) => metadata.name,
};

const ageColumn: ShownColumn = {
  name: "Age",
  type: "string",
  describedBy: "creationTimestamp",
  value: ({ metadata }, nowMs) => ageOf(metadata.creationTimestamp, nowMs),
};

/** What kinds without columns of their own show. */
const createdColumn: ShownColumn = {
  name: "Created At",
  type: "date",
  describedBy: "creationTimestamp",
  value: ({ metadata }) => metadata.creationTimestamp,
};

const shown = new WeakMap<Kind, readonly ShownColumn[]>();

/**
 * The columns in order: Name, those of the kind, and Age before the ones for `-o wide`. A kind that names `Name` or `Age`
 * itself says where they stand; one that names `Name` is taken as it is.
 */
function columnsOf(kind: Kind): readonly ShownColumn[] {
  let known = shown.get(kind);
  if (known === undefined) {
    known = arranged(kind);
    shown.set(kind, known);
  }
  return known;
}

function arranged({ columns: own, columnsAreAll }: Kind): readonly ShownColumn[] {
  if (own === undefined) return [nameColumn, createdColumn];
  const standard = (column: Column<KubeObject>): ShownColumn => {
    if (column.description !== undefined) return column;
    if (column.name === "Name") return { ...column, describedBy: "name" };
    return column.name === "Age" ? { ...column, describedBy: "creationTimestamp" } : column;
  };
  const columns = own.map(standard);
  if (columns.some(({ name }) => name === "Name")) return columns;
  if (columnsAreAll === true || columns.some(({ name }) => name === "Age")) return [nameColumn, ...columns];
  const wide = columns.findIndex(({ priority = 0 }) => priority > 0);
  const place = wide < 0 ? columns.length : wide;
  return [nameColumn, ...columns.slice(0, place), ageColumn, ...columns.slice(place)];
}

function cellsOf(columns: readonly ShownColumn[], object: KubeObject, nowMs: number): readonly Cell[] {
  return columns.map((column) => column.value(object, nowMs) ?? null);
}

/** How long ago a time was, as `kubectl` shows it. */
export function ageOf(timestamp: string | undefined, nowMs: number): string {
  return timestamp === undefined || timestamp === "" ? "<unknown>" : humanDuration(nowMs - parseTime(timestamp));
}
