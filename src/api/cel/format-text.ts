/** Fills `%s`, `%d`, `%f`, `%e`, `%x`, `%X`, `%o`, `%b` and `%%` into a text, as CEL's `format` does. @throws {Error} */
export function formatText(text: string, values: readonly unknown[]): string {
  let next = 0;
  return text.replaceAll(/%(?:\.(\d+))?(.?)/gs, (_whole, precision: string | undefined, verb: string) => {
    if (verb === "%") return "%";
    if (verb === "") throw new Error("could not parse formatting clause: unexpected end of string");
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    return formatClause(verb, values[next++], precision === undefined ? undefined : Number(precision));
  });
}

function formatClause(verb: string, value: unknown, precision: number | undefined): string {
  switch (verb) {
    case "s":
      return shown(value);
    case "d":
      return integer(value, 10);
    case "b":
      return typeof value === "boolean" ? String(Number(value)) : integer(value, 2);
    case "o":
      return integer(value, 8);
    case "x":
    case "X": {
      const hex = typeof value === "string" ? hexOf(value) : integer(value, 16);
      return verb === "x" ? hex : hex.toUpperCase();
    }
    case "f":
      return fixed(value, precision ?? 6);
    case "e":
      return Number(value)
        .toExponential(precision ?? 6)
        .replace(/e([+-])(\d)$/, "e$10$2");
    default:
      throw new Error(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function integer(value: unknown, base: number): string {
  if (typeof value !== "bigint") throw new Error("error during formatting: only integers can be formatted so");
  return value.toString(base);
}

function fixed(value: unknown, digits: number): string {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new Error("error during formatting: fixed-point clause can only be used on doubles, ints and uints");
  }
  return Number(value).toFixed(digits);
}

function hexOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function shown(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof Date) return value.toISOString().replace(/\.000Z$/, "Z");
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}: ${shown(member)}`).join(", ")}}`;
}
