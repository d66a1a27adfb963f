import fc from "fast-check";
import type { ListShape } from "../../src/machinery/shape.ts";
import { badValues, type Place, withValue } from "./bad-objects.ts";

/** A change of one place in an object: to what may stand there, nearly may, or to nothing. */
export interface Edit {
  readonly path: Place["path"];
  readonly value: unknown;
}

export function edit(places: readonly Place[]): fc.Arbitrary<Edit> {
  return fc
    .constantFrom(...places)
    .chain(({ path, shape }) =>
      fc.constantFrom(undefined, ...goodValues(shape), ...badValues(shape)).map((value) => ({ path, value })),
    );
}

/** The object with up to so many parts changed. */
export function edited(object: object, places: readonly Place[], maxLength: number): fc.Arbitrary<object> {
  const longer = longerLists(object, places);
  const one = longer.length > 0 ? oftenOr(edit(places), fc.constantFrom(...longer)) : edit(places);
  return fc.array(one, { maxLength }).map((edits) => withEdits(object, edits));
}

/** A patch of the object that changes a few places, and may take some away. */
export function part(object: object, places: readonly Place[]): fc.Arbitrary<object> {
  return editsOf(object, places).map((edits) => withEdits({}, edits));
}

function editsOf(object: object, places: readonly Place[]): fc.Arbitrary<readonly Edit[]> {
  const removals = places.map(({ path }): Edit => ({ path, value: null }));
  const one = oftenOr(edit(places), fc.constantFrom(...removals, ...longerLists(object, places)));
  return fc.array(one, { minLength: 1, maxLength: 2 });
}

/** The lists of the object with their first item a second time: as it is, and by another key behind and before it. */
function longerLists(object: object, places: readonly Place[]): readonly Edit[] {
  return places.flatMap(({ path, shape }) => {
    const items = shape.type === "list" ? valueAt(object, path) : undefined;
    if (shape.type !== "list" || !Array.isArray(items) || items.length === 0) return [];
    const first = items[0] as unknown;
    const edits = [{ path, value: [...(items as unknown[]), first] }];
    if (shape.items.type !== "struct") return edits;
    const key = keyOf(shape);
    const otherKey = shape.items.fields[key]?.shape.type === "integer" ? 81 : "b-1";
    const other = { ...(first as object), [key]: otherKey };
    return [...edits, { path, value: [...(items as unknown[]), other] }, { path, value: [other, ...items] }];
  });
}

function valueAt(object: unknown, path: Place["path"]): unknown {
  return path.reduce((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], object);
}

function oftenOr<T>(often: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: often }, { weight: 1, arbitrary: seldom });
}

/** The same, with what a strategic patch may say of lists and maps as a whole. */
export function strategicPart(object: object, places: readonly Place[]): fc.Arbitrary<object> {
  const containers = places.filter(({ shape }) => ["list", "struct", "map"].includes(shape.type));
  const directive = fc
    .constantFrom(...containers)
    .chain((place) => fc.constantFrom(...directivesAt(place)).map((edits) => withEdits({}, edits)));
  // Of items without their keys in several lists, Kubernetes tells the one that it meets first in a Go map.
  const edits = editsOf(object, places).filter((some) => some.filter(makesItems).length < 2);
  return oftenOr(
    edits.map((some) => withEdits({}, some)),
    directive,
  );
}

function makesItems({ path, value }: Edit): boolean {
  return path.some((key) => typeof key === "number") || (Array.isArray(value) && value.length > 0);
}

function directivesAt({ path, shape }: Place): readonly (readonly Edit[])[] {
  if (shape.type !== "list") {
    return ["delete", "replace", "merge", "nonsense", 7].map((value) => [{ path: [...path, "$patch"], value }]);
  }
  const beside = (directive: string) => [...path.slice(0, -1), `${directive}/${path.at(-1)}`];
  if (shape.items.type !== "struct") {
    return [
      [{ path: beside("$deleteFromPrimitiveList"), value: ["a"] }],
      [{ path: beside("$setElementOrder"), value: ["a", "b"] }],
    ];
  }
  const key = keyOf(shape);
  const item = { [key]: "main" };
  return [
    [{ path, value: [{ ...item, $patch: "delete" }] }],
    [{ path, value: [item, { $patch: "replace" }] }],
    [{ path, value: [item, { [key]: "b-1" }] }],
    [
      { path, value: [item] },
      { path: beside("$setElementOrder"), value: [{ [key]: "b-1" }, item] },
    ],
  ];
}

/** What mostly tells the items of a list apart. */
function keyOf({ mapKeys }: ListShape): string {
  return mapKeys[0] ?? "name";
}

function withEdits(object: object, edits: readonly Edit[]): object {
  return edits.reduce<object>((body, { path, value }) => withValue(body, path, value) as object, object);
}

function goodValues({ type, ...shape }: Place["shape"]): readonly unknown[] {
  if (type === "string") return "enum" in shape && shape.enum !== undefined ? shape.enum : ["a", "b-1", "1"];
  if (type === "integer") return [1, 2, 80];
  if (type === "boolean") return [true, false];
  if (type === "map") return [{ a: "b" }, {}];
  return type === "list" ? [[]] : [{}];
}
