import { copyJson, setMember } from "../decode-compile.ts";
import { DecodeError, decodeValue } from "../decode.ts";
import { sameJson } from "../same-json.ts";
import { goJson } from "../go-json.ts";
import type { Json, MutableJson, MutableJsonObject } from "../json.ts";
import type { Field, ListShape, Shape } from "../shape.ts";
import { badRequest, tooLarge } from "../status.ts";
import { doesNotApply } from "./refusal.ts";
import { orderWhereOpened } from "./touched-order.ts";

export interface JsonPatch {
  readonly operations: readonly JsonPatchOperation[];
  /** What strict decoding objects to, such as `json patch unknown field "[0].foo"`. */
  readonly unknown: readonly string[];
}

export interface JsonPatchOperation {
  readonly op: string;
  /** Undefined where the operation names none; then it does not apply. */
  readonly path: string | undefined;
  readonly from: string | undefined;
  readonly value: MutableJson;
}

/**
 * Reads a JSON patch (RFC 6902).
 * @param text the JSON text; with it, duplicate members are reported too
 * @throws StatusError 400 for what is no list of operations, 413 for too long a list
 */
export function readJsonPatch(patch: unknown, text?: string): JsonPatch {
  let unknown: readonly string[];
  try {
    ({ unknown } = decodeValue(PATCH, patch ?? [], text === undefined ? {} : { text }));
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`error decoding patch: ${error.message}`);
    throw error;
  }
  const given = (patch ?? []) as readonly (Readonly<Record<string, unknown>> | null)[];
  if (given.length > MOST_OPERATIONS) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${given.length}`);
  }
  const operations = given.map((operation) => {
    const { op, path, from, value } = operation ?? {};
    return { op: textOr(op) ?? "unknown", path: textOr(path), from: textOr(from), value: copyJson(value) };
  });
  return { operations, unknown: unknown.map((problem) => `json patch ${problem}`) };
}

/**
 * Applies the operations one after the other, all or none.
 * @returns a new document that shares nothing with the arguments
 * @throws StatusError 422 where one does not apply
 */
export function applyJsonPatch(document: unknown, patch: JsonPatch): MutableJson {
  return patched(document, patch).root;
}

/** The same, with its members where Go writes them: those of what the operations have opened in the order of their names. */
export function applyJsonPatchInOrder(document: Json, patch: JsonPatch): Json {
  const { root, opened } = patched(document, patch);
  return orderWhereOpened(root, opened);
}

function patched(document: unknown, { operations }: JsonPatch): Target {
  const root = copyJson(document);
  const target: Target = { root, opened: new Set([root]), copiedBytes: 0 };
  for (const operation of operations) {
    const perform = OPERATIONS.get(operation.op);
    if (perform === undefined) throw doesNotApply(`Unexpected kind: ${operation.op}`);
    // A later operation may change what an earlier one has put there; the patch may be applied again.
    const { op, path, from, value } = operation;
    perform(target, { op, path, from, value: copyJson(value) });
  }
  return target;
}

/** The cause of a refusal where a `test` operation found another value. */
export class TestFailed extends Error {}

const MOST_OPERATIONS = 10_000;
/** What `copy` may add in all: the most that a request may hold. */
const MOST_COPIED_BYTES = 3 * 1024 * 1024;

const text: Partial<Field> & { readonly shape: Shape } = { shape: { type: "string" } };
const OPERATION_FIELDS = {
  op: text,
  path: text,
  from: text,
  value: { shape: { type: "any", protobuf: "json" } as const },
};
const PATCH: ListShape = {
  type: "list",
  listType: "atomic",
  mapKeys: [],
  items: {
    type: "struct",
    name: "k8s.io.handlers.jsonPatchOp",
    atomic: false,
    fields: Object.fromEntries(
      Object.entries(OPERATION_FIELDS).map(([name, field], order) => [
        name,
        { order, required: false, pointer: false, omitEmpty: true, ...field },
      ]),
    ),
  },
};

function textOr(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

interface Target {
  root: MutableJson;
  /** The objects and lists that a path went through, or that a test compared. */
  readonly opened: Set<Json>;
  copiedBytes: number;
}

type Perform = (target: Target, operation: JsonPatchOperation) => void;

const OPERATIONS: ReadonlyMap<string, Perform> = new Map<string, Perform>([
  ["add", (target, { path, value }) => addAt(locate(target, "add", path), value)],
  ["remove", (target, { path }) => removeAt(locate(target, "remove", path))],
  ["replace", replace],
  ["move", move],
  ["copy", copy],
  ["test", testValue],
]);

function replace(target: Target, { path, value }: JsonPatchOperation): void {
  if (path === "") {
    if (typeof value !== "object" || value === null)
      throw doesNotApply("replace operation value must be object or array");
    target.root = value;
    target.opened.add(value);
    return;
  }
  const { container, key } = locate(target, "replace", path);
  // A member that is not there is set: Kubernetes' library does not mind.
  if (Array.isArray(container)) container[indexOf(container, key)] = value;
  else setMember(container, key, value);
}

function move(target: Target, { path, from }: JsonPatchOperation): void {
  const source = locate(target, "move", from);
  const value = valueAt(source) ?? null;
  removeAt(source);
  addAt(locate(target, "move", path), value);
}

function copy(target: Target, { path, from }: JsonPatchOperation): void {
  const source = valueAt(locate(target, "copy", from)) ?? null;
  const place = locate(target, "copy", path);
  // Kubernetes' library copies once the way to the place is opened, which may go through what is copied.
  const value = copyJson(orderWhereOpened(source, target.opened));
  target.copiedBytes += goJson(value).length;
  if (target.copiedBytes > MOST_COPIED_BYTES) {
    throw doesNotApply(
      `Unable to complete the copy, the accumulated size increase of copy is ${target.copiedBytes}, exceeding the limit ${MOST_COPIED_BYTES}`,
    );
  }
  addAt(place, value);
}

function testValue(target: Target, { path, value }: JsonPatchOperation): void {
  const found = path === "" ? target.root : valueAt(locate(target, "test", path));
  if (!sameJson(found ?? null, value)) throw doesNotApply(new TestFailed(`testing value ${path} failed: test failed`));
  openAll(found, target.opened);
}

function openAll(value: Json | undefined, opened: Set<Json>): void {
  if (typeof value !== "object" || value === null) return;
  opened.add(value);
  for (const member of Object.values<Json | undefined>(value)) openAll(member, opened);
}

/** Where an operation works: a member of an object, or a place in a list. */
interface Place {
  readonly container: MutableJsonObject | MutableJson[];
  readonly key: string;
}

function locate(target: Target, operation: string, path: string | undefined): Place {
  const missing = () =>
    doesNotApply(`${operation} operation does not apply: doc is missing path: "${path}": missing value`);
  if (path === undefined) throw doesNotApply(`${operation} operation failed to decode path: missing value`);
  // What stands before the first slash is not looked at.
  const parts = path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const key = parts.pop();
  if (key === undefined) throw missing();
  let container = target.root;
  for (const part of parts) {
    if (typeof container !== "object" || container === null) throw missing();
    target.opened.add(container);
    container = valueAt({ container, key: part }) ?? null;
  }
  if (typeof container !== "object" || container === null) throw missing();
  target.opened.add(container);
  return { container, key };
}

function valueAt({ container, key }: Place): MutableJson | undefined {
  if (Array.isArray(container)) return container[indexOf(container, key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function addAt({ container, key }: Place, value: MutableJson): void {
  if (!Array.isArray(container)) setMember(container, key, value);
  else if (key === "-") container.push(value);
  else container.splice(indexBelow(key, container.length + 1), 0, value);
}

function removeAt({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(indexOf(container, key), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw doesNotApply(`Unable to remove nonexistent key: ${key}: missing value`);
}

function indexOf(list: readonly MutableJson[], key: string): number {
  return indexBelow(key, list.length);
}

/** An index from a path. Negative ones count from the end. */
function indexBelow(key: string, size: number): number {
  if (!/^[+-]?[0-9]+$/.test(key)) throw doesNotApply(`value was not a proper array index: '${key}'`);
  const index = Number(key);
  if (index >= size || index < -size)
    throw doesNotApply(`Unable to access invalid index: ${index}: invalid index referenced`);
  return index < 0 ? index + size : index;
}
