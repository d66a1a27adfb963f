/** Whether two JSON values are the same. The order of an object's members does not matter; undefined members are absent. */
export function jsonEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    for (let index = 0; index < left.length; index++) if (!jsonEqual(left[index], right[index])) return false;
    return true;
  }
  if (Array.isArray(right)) return false;
  return objectsEqual(left as Members, right as Members);
}

type Members = Readonly<Record<string, unknown>>;

function objectsEqual(left: Members, right: Members): boolean {
  let count = 0;
  for (const name in left) {
    const value = left[name];
    if (value === undefined) continue;
    count++;
    if (!Object.hasOwn(right, name) || !jsonEqual(value, right[name])) return false;
  }
  for (const name in right) if (right[name] !== undefined) count--;
  return count === 0;
}
