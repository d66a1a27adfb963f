/** What Go says of a text that should be a JSON object, or nothing where it is one. */
export function jsonProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return syntaxProblem(text);
  }
  if (value === null || (typeof value === "object" && !Array.isArray(value))) return undefined;
  const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

/** The first character that no JSON can have at its place. */
function syntaxProblem(text: string): string {
  const trimmed = text.trimStart();
  if (trimmed === "") return "unexpected end of JSON input";
  if (!/^[{["\d\-tfn]/.test(trimmed)) {
    return `invalid character '${trimmed[0]}' looking for beginning of value`;
  }
  for (const [literal] of [["true"], ["false"], ["null"]] as const) {
    if (trimmed[0] !== literal[0]) continue;
    for (let index = 1; index < literal.length; index++) {
      if (trimmed[index] === literal[index]) continue;
      if (trimmed[index] === undefined) return "unexpected end of JSON input";
      return `invalid character '${trimmed[index]}' in literal ${literal} (expecting '${literal[index]}')`;
    }
  }
  if (/^\{\s*[^"}\s]/.test(trimmed)) {
    const found = /^\{\s*([^"}\s])/.exec(trimmed)![1];
    return `invalid character '${found}' looking for beginning of object key string`;
  }
  return "unexpected end of JSON input";
}
