import fc from "fast-check";
import { apply, jsonPatch, merge, strategic } from "../../src/apiserver/answers/drafts.ts";
import { mergePatch } from "../../src/machinery/patch/merge-patch.ts";
import type { Place } from "./bad-objects.ts";
import type { HttpStep } from "./define-case.ts";
import { OVER } from "./fill.ts";
import { edit, edited, part, strategicPart } from "./fuzz-edits.ts";

/** The object as it was answered last, for clients that change what they have read. */
export const READ = "read";

export const query = fc.constantFrom(
  "",
  "dryRun=All",
  "fieldManager=two",
  "fieldValidation=Strict",
  "fieldValidation=Ignore",
  "fieldManager=two&dryRun=All",
);

/** Writes of what is there, whole or in part. @param one its path */
export function changeOf(one: string, object: object, places: readonly Place[]): fc.Arbitrary<HttpStep> {
  return fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .tuple(edited(object, places, 3), query)
        .map(([body, asked]) => ({ ask: `PUT ${one}?${asked}`, body })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(edited(object, places, 2), query)
        .map(([body, asked]) => ({ ask: `PUT ${one}?${asked}`, body: { [OVER]: READ, ...body }, as: READ })),
    },
    ...([merge, strategic] as const).map((headers) => ({
      weight: 2,
      arbitrary: fc
        .tuple(headers === strategic ? strategicPart(object, places) : part(object, places), precondition, query)
        .map(([body, wanted, asked]) => ({ ask: `PATCH ${one}?${asked}`, headers, body: mergePatch(body, wanted) })),
    })),
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.array(operation(places), { minLength: 1, maxLength: 2 }), query)
        .map(([body, asked]) => ({ ask: `PATCH ${one}?${asked}`, headers: jsonPatch, body })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(edited(object, places, 3), fc.constantFrom("one", "two"), fc.boolean())
        .map(([body, manager, force]) => ({
          ask: `PATCH ${one}?fieldManager=${manager}${force ? "&force=true" : ""}`,
          headers: apply,
          body,
        })),
    },
  );
}

/** What a patch may want the object to be still. */
const precondition = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { metadata: { resourceVersion: `{${READ}.rv}` } },
      { metadata: { uid: `{${READ}.uid}` } },
      { metadata: { resourceVersion: "1" } },
    ),
  },
);

function operation(places: readonly Place[]): fc.Arbitrary<object> {
  const changes = fc
    .tuple(fc.constantFrom("add", "replace", "remove", "test"), edit(places), fc.boolean())
    .map(([op, { path, value }, appends]) => {
      const pointer = pointerTo(appends && path.at(-1) === 0 ? [...path.slice(0, -1), "-"] : path);
      return { op, path: pointer, ...(op === "remove" ? {} : { value }) };
    });
  // Versions differ from side to side, and are not known as such elsewhere.
  const sources = places.filter(({ path }) => path.at(-1) !== "resourceVersion");
  const moves = fc
    .tuple(fc.constantFrom("copy", "move"), fc.constantFrom(...sources), fc.constantFrom(...places))
    .map(([op, from, to]) => ({ op, from: pointerTo(from.path), path: pointerTo(to.path) }));
  return fc.oneof({ weight: 9, arbitrary: changes }, { weight: 1, arbitrary: moves });
}

function pointerTo(path: Place["path"]): string {
  return `/${path.join("/")}`;
}
