/**
 * Replaces `$(NAME)` by the variable's value. `$$(NAME)` stands for the text `$(NAME)`, and a reference to a variable that
 * does not exist stays as it is.
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let result = "";
  let position = 0;
  while (position < text.length) {
    const char = text[position]!;
    if (char !== "$" || position + 1 >= text.length) {
      result += char;
      position += 1;
      continue;
    }
    const next = text[position + 1]!;
    const end = next === "(" ? text.indexOf(")", position + 2) : -1;
    if (next === "$") {
      result += "$";
      position += 2;
    } else if (next === "(" && end >= 0) {
      const name = text.slice(position + 2, end);
      result += lookup(name) ?? `$(${name})`;
      position = end + 1;
    } else {
      result += next === "(" ? "$(" : `$${next}`;
      position += 2;
    }
  }
  return result;
}
