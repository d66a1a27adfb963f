/** Go's YAML writer breaks a text at the first space behind this column. */
const WIDTH = 80;
const STEP = 2;

/** Breaks the lines of a YAML document as Go does: texts alone, at single spaces, and not those that keep their line breaks. */
export function folded(yaml: string): string {
  let literal: number | undefined;
  const lines = yaml.split("\n").map((line) => {
    const indent = line.search(/\S/);
    if (literal !== undefined && (indent < 0 || indent > literal)) return line;
    const [start] = /^ *(?:- )*/.exec(line)!;
    // A block belongs to what the item in its line begins.
    literal = /(?:^|[: ])[|>][-+\d]*$/.test(line) ? start.length - (/^ *$/.test(start) ? 0 : STEP) : undefined;
    return line.length > WIDTH ? foldedLine(line, start.length) : line;
  });
  return lines.join("\n");
}

function foldedLine(line: string, start: number): string {
  const key = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'][^#]*?):(?: |$)/.exec(line.slice(start));
  const value = start + (key?.[0].length ?? 0);
  // What goes on stands deeper than the mapping or the list that the text is in.
  const indent = " ".repeat(key === null ? start : start + STEP);
  let result = "";
  let column = 0;
  for (let index = 0; index < line.length; index++) {
    const isSingle = line[index] === " " && line[index - 1] !== " " && line[index + 1] !== " ";
    const isWithin = index > value && index < line.length - 1;
    if (isSingle && isWithin && column > WIDTH) {
      result += `\n${indent}`;
      column = indent.length;
    } else {
      result += line[index];
      column++;
    }
  }
  return result;
}
