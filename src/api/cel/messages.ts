import { type Environment, Optional } from "@marcbachmann/cel-js";

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

/**
 * An expression without literals of objects: `Object.spec{replicas: 3}` as a call that makes one. The library's grammar knows
 * no such literals, and cannot be extended; all else of the text stays as it is.
 */
export function withoutMessages(text: string): string {
  return new Rewriter(text).rewrite("");
}

const STRING =
  /(?:[rR]?[bB]?|[bB][rR])("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\/[^\n]*/y;
const LITERAL = /(Object(?:\.[A-Za-z_]\w*)*|JSONPatch)\s*\{/y;
const WORD = /(?:\.\s*)?[A-Za-z_]\w*/y;
const FIELD = /\s*(\??)\s*(?:([A-Za-z_]\w*)|`([^`]+)`)\s*:/y;
const OPENING = "([{";
const CLOSING = ")]}";

class Rewriter {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to one of these characters, or the end, outside of all brackets. */
  rewrite(until: string): string {
    let result = "";
    let depth = 0;
    while (this.#at < this.#text.length) {
      const literal = this.#take(LITERAL);
      if (literal !== undefined) {
        result += this.#message(literal[1]!);
        continue;
      }
      // Strings stand whole, and so do words: what follows a dot names a member.
      const whole = this.#take(STRING) ?? this.#take(WORD);
      if (whole !== undefined) {
        result += whole[0];
        continue;
      }
      const character = this.#text[this.#at]!;
      if (depth === 0 && until.includes(character)) return result;
      if (OPENING.includes(character)) depth++;
      else if (CLOSING.includes(character)) depth--;
      result += character;
      this.#at++;
    }
    return result;
  }

  #message(type: string): string {
    const fields: string[] = [];
    for (let field = this.#take(FIELD); field !== undefined; field = this.#take(FIELD)) {
      const [, optional = "", word, quoted] = field;
      // As `dyn`, since the values of one map must be of one type.
      fields.push(`${JSON.stringify(`${optional}${word ?? quoted!}`)}: dyn(${this.rewrite(",}")})`);
      if (this.#text[this.#at] === ",") this.#at++;
    }
    const maker = type === PATCH_TYPE ? "__patch" : type === OBJECT_TYPE ? "__object" : "__part";
    return `${maker}(${JSON.stringify(type)}, {${fields.join(", ")}${this.rewrite("}")}${this.#close()}`;
  }

  /** What is not closed stays open, for the parser to tell. */
  #close(): string {
    if (this.#text[this.#at] !== "}") return "";
    this.#at++;
    return "})";
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text);
    if (found === null) return undefined;
    this.#at = expression.lastIndex;
    return found;
  }
}
