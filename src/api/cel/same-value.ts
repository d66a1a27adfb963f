/** Whether two values of expressions are equal: numbers of all kinds by their worth, lists and maps by what they hold. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (typeof left !== typeof right) return isNumber(left) && isNumber(right) && Number(left) === Number(right);
  if (typeof left !== "object" || left === null || right === null) return left === right;
  if (Array.isArray(left)) {
    const items = left as readonly unknown[];
    return (
      Array.isArray(right) &&
      items.length === right.length &&
      items.every((each, index) => sameValue(each, right[index]))
    );
  }
  if (left instanceof Date) return right instanceof Date && left.getTime() === right.getTime();
  const [mine, theirs] = [left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>];
  const names = Object.keys(mine);
  return (
    !Array.isArray(right) &&
    names.length === Object.keys(theirs).length &&
    names.every((name) => Object.hasOwn(theirs, name) && sameValue(mine[name], theirs[name]))
  );
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
