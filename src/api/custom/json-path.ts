/** Reads the values at a path of an object. */
export type ReadPath = (object: unknown) => readonly unknown[];

/**
 * The simple JSON paths that definitions name columns, fields and figures by: `.spec.replicas`, `.spec.list[0].name`,
 * `.metadata.labels['a/b']`, `.status.conditions[?(@.type=="Ready")].status`, `.spec.items[*]`.
 * What is none finds nothing.
 */
export function jsonPath(path: string): ReadPath {
  const steps: Step[] = [];
  let rest = path.replace(/^\{(.*)\}$/, "$1").replace(/^\$/, "");
  while (rest !== "") {
    const found = stepOf(rest);
    if (found === undefined) return () => [];
    steps.push(found.step);
    rest = rest.slice(found.length);
  }
  return (object) => {
    let values: readonly unknown[] = [object];
    for (const step of steps) values = values.flatMap(step);
    return values;
  };
}

type Step = (value: unknown) => readonly unknown[];

function stepOf(rest: string): { readonly step: Step; readonly length: number } | undefined {
  const name = /^\.((?:[^.[\\]|\\.)+)/.exec(rest) ?? /^\[['"]([^'"]*)['"]\]/.exec(rest);
  if (name !== null) return { step: member(name[1]!.replaceAll(/\\(.)/g, "$1")), length: name[0].length };
  const index = /^\[(-?\d+)\]/.exec(rest);
  if (index !== null) return { step: item(Number(index[1])), length: index[0].length };
  const all = /^\[\*\]/.exec(rest);
  if (all !== null) return { step: every, length: all[0].length };
  const filter = /^\[\?\(\s*@([^=!<>\s]*)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\s*\)\]/.exec(rest);
  if (filter === null) return undefined;
  const [whole, path = "", operator, ...texts] = filter;
  const wanted = texts.find((text) => text !== undefined) ?? "";
  const read = jsonPath(path);
  const isEqual = (each: unknown) => read(each).some((value) => String(value) === wanted);
  const step: Step = (value) => every(value).filter((each) => isEqual(each) === (operator === "=="));
  return { step, length: whole.length };
}

const member =
  (name: string): Step =>
  (value) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [];
    const found = (value as Readonly<Record<string, unknown>>)[name];
    return found === undefined ? [] : [found];
  };

const item =
  (index: number): Step =>
  (value) => {
    const found = Array.isArray(value) ? (value as readonly unknown[]).at(index) : undefined;
    return found === undefined ? [] : [found];
  };

const every: Step = (value) => (Array.isArray(value) ? (value as readonly unknown[]) : []);
