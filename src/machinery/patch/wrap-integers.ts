import type { Shape } from "../shape.ts";

/**
 * The value with the integers that are beyond their type as Go cuts them down: where Kubernetes restores an object from
 * what it holds already, after a strategic merge patch or an apply, they keep their lowest bits. Integers that Go holds as
 * floating-point numbers become the least of all first. The same value where there are none.
 */
export function wrapIntegers(shape: Shape, value: unknown): unknown {
  if (shape.type === "integer") return wrapInteger(value, shape.format === "int32" ? 32 : 64);
  if (typeof value !== "object" || value === null) return value;
  if (shape.type === "list") {
    if (!Array.isArray(value)) return value;
    const items = value.map((item: unknown) => wrapIntegers(shape.items, item));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (shape.type !== "map" && shape.type !== "struct") return value;
  const members = value as Readonly<Record<string, unknown>>;
  let changed: Record<string, unknown> | undefined;
  for (const name of Object.keys(members)) {
    const inner = shape.type === "map" ? shape.values : ownField(shape.fields, name)?.shape;
    if (inner === undefined) continue;
    const wrapped = wrapIntegers(inner, members[name]);
    if (wrapped !== members[name]) (changed ??= { ...members })[name] = wrapped;
  }
  return changed ?? value;
}

function ownField<T>(fields: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function wrapInteger(value: unknown, bits: 32 | 64): unknown {
  if (typeof value === "bigint") return bits === 64 ? value : Number(BigInt.asIntN(32, value));
  if (typeof value !== "number" || !Number.isInteger(value)) return value;
  if (bits === 32 && (value | 0) === value) return value;
  const fits = value >= -(2 ** 63) && value < 2 ** 63;
  if (bits === 64) return fits ? value : -(2 ** 63);
  return fits ? Number(BigInt.asIntN(32, BigInt(value))) : 0;
}
