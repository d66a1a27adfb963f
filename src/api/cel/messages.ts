import { type Environment, Optional } from "@marcbachmann/cel-js";
import { NOT_CODE } from "./not-code.ts";

/** An object that an expression made: `Object.spec{replicas: 3}`. */
export class CelMessage {
  /** `Object`, `Object.spec`, `JSONPatch`. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, unknown>;
  constructor(type: string, fields: Readonly<Record<string, unknown>>) {
    this.type = type;
    this.fields = new Map(Object.entries(fields).flatMap(([name, value]) => fieldOf(name, value)));
  }
}

/** A whole object, as its changes are applied. */
class CelObject extends CelMessage {}
/** One within it. */
class CelPart extends CelMessage {}
/** An operation of a JSON patch. */
class CelPatch extends CelMessage {}

class JsonPatchNames {}

/** What the checker calls a whole object, and an operation of a patch. */
export const OBJECT_TYPE = "Object";
export const PATCH_TYPE = "JSONPatch";
const PART_TYPE = "ObjectPart";

/** Fields of an operation that are texts, and the name of what says so to the checker, before that of the field. */
const TEXTS = ["op", "path", "from"];
export const TEXT_MAKER = "__text_";

/** Lets expressions make objects, once their text went through `withoutMessages`. */
export function registerMessages(environment: Environment): void {
  for (const [type, constructor, maker] of [
    [OBJECT_TYPE, CelObject, "__object"],
    [PART_TYPE, CelPart, "__part"],
    [PATCH_TYPE, CelPatch, "__patch"],
  ] as const) {
    environment
      .registerType(type, constructor)
      .registerFunction(
        `${maker}(string, map): ${type}`,
        (name: string, fields: Readonly<Record<string, unknown>>) => new constructor(name, fields),
      );
  }
  for (const name of TEXTS)
    environment.registerFunction(`${TEXT_MAKER}${name}(string): string`, (text: string) => text);
  environment
    .registerType("JsonPatchNames", JsonPatchNames)
    .registerConstant("jsonpatch", "JsonPatchNames", new JsonPatchNames())
    .registerFunction("JsonPatchNames.escapeKey(string): string", (_names: JsonPatchNames, key: string) => {
      return key.replaceAll("~", "~0").replaceAll("/", "~1");
    });
}

/** `?name: optional` sets the field where there is a value. */
function fieldOf(name: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (!name.startsWith("?")) return [[name, value]];
  return value instanceof Optional && value.hasValue() ? [[name.slice(1), value.value()]] : [];
}

/** A text that stands for another one. */
export interface Rewritten {
  readonly text: string;
  /** Where in the first text something is that stands at a place of this one. */
  placeOf(at: number): number;
}

/**
 * An expression without literals of objects: `Object.spec{replicas: 3}` as a call that makes one. The library's grammar knows
 * no such literals, and cannot be extended; all else of the text stays as it is.
 */
export function withoutMessages(text: string): Rewritten {
  const rewriter = new Rewriter(text);
  rewriter.rewrite("");
  return rewriter;
}

const WHOLE = new RegExp(NOT_CODE, "y");
const LITERAL = /(Object(?:\.[A-Za-z_]\w*)*|JSONPatch)\s*\{/y;
const WORD = /(?:\.\s*)?[A-Za-z_]\w*/y;
const FIELD = /\s*(\??)\s*(?:([A-Za-z_]\w*)|`([^`]+)`)\s*:/y;
const OPENING = "([{";
const CLOSING = ")]}";

/** A stretch of the new text: copied from a place of the old one, or put in there. */
interface Stretch {
  readonly at: number;
  readonly from: number;
  readonly isCopied: boolean;
}

class Rewriter implements Rewritten {
  readonly #source: string;
  readonly #stretches: Stretch[] = [];
  #read = 0;
  text = "";

  constructor(source: string) {
    this.#source = source;
  }

  placeOf(at: number): number {
    const found = this.#stretches.findLast((stretch) => stretch.at <= at);
    if (found === undefined) return at;
    return found.isCopied ? found.from + at - found.at : found.from;
  }

  /** Up to one of these characters, or the end, outside of all brackets. */
  rewrite(until: string): void {
    let depth = 0;
    while (this.#read < this.#source.length) {
      const from = this.#read;
      const literal = this.#take(LITERAL);
      if (literal !== undefined) {
        this.#message(literal[1]!, from);
        continue;
      }
      // Strings stand whole, and so do words: what follows a dot names a member.
      const whole = this.#take(WHOLE) ?? this.#take(WORD);
      if (whole !== undefined) {
        this.#put(whole[0], from, true);
        continue;
      }
      const character = this.#source[from]!;
      if (depth === 0 && until.includes(character)) return;
      if (OPENING.includes(character)) depth++;
      else if (CLOSING.includes(character)) depth--;
      this.#put(character, from, true);
      this.#read++;
    }
  }

  #message(type: string, from: number): void {
    const maker = type === PATCH_TYPE ? "__patch" : type === OBJECT_TYPE ? "__object" : "__part";
    this.#put(`${maker}(${JSON.stringify(type)}, {`, from, false);
    let isFirst = true;
    for (let field = this.#take(FIELD); field !== undefined; field = this.#take(FIELD)) {
      const [, optional = "", word, quoted] = field;
      const name = word ?? quoted!;
      const text = type === PATCH_TYPE && TEXTS.includes(name) ? `${TEXT_MAKER}${name}` : "";
      const colon = this.#read - 1;
      // As `dyn`, since the values of one map must be of one type.
      this.#put(`${isFirst ? "" : ", "}${JSON.stringify(optional + name)}: dyn(${text}(`, colon, false);
      this.rewrite(",}");
      this.#put("))", this.#read, false);
      isFirst = false;
      if (this.#source[this.#read] === ",") this.#read++;
    }
    this.rewrite("}");
    // What is not closed stays open, for the parser to tell.
    if (this.#source[this.#read] === "}") this.#put("})", this.#read++, false);
  }

  #put(text: string, from: number, isCopied: boolean): void {
    this.#stretches.push({ at: this.text.length, from, isCopied });
    this.text += text;
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#read;
    const found = expression.exec(this.#source);
    if (found === null) return undefined;
    this.#read = expression.lastIndex;
    return found;
  }
}
