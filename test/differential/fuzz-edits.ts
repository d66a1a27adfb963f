import fc from "fast-check";
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
  return fc.array(edit(places), { maxLength }).map((edits) => withEdits(object, edits));
}

/** A patch that changes a few places, and may take some away. */
export function part(places: readonly Place[]): fc.Arbitrary<object> {
  const removal = fc.constantFrom(...places).map(({ path }): Edit => ({ path, value: null }));
  const one = fc.oneof({ weight: 4, arbitrary: edit(places) }, { weight: 1, arbitrary: removal });
  return fc.array(one, { minLength: 1, maxLength: 2 }).map((edits) => withEdits({}, edits));
}

/** The same, with what a strategic patch may say of lists and maps as a whole. */
export function strategicPart(places: readonly Place[]): fc.Arbitrary<object> {
  const containers = places.filter(({ shape }) => ["list", "struct", "map"].includes(shape.type));
  const directive = fc
    .constantFrom(...containers)
    .chain((place) => fc.constantFrom(...directivesAt(place)).map((edits) => withEdits({}, edits)));
  return fc.oneof({ weight: 4, arbitrary: part(places) }, { weight: 1, arbitrary: directive });
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
  const key = shape.mapKeys[0] ?? "name";
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
