/** One media type of an Accept header, with its parameters in lower case. */
export interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The media types of an Accept header, the most wanted first. */
export function parseAccept(header: string): readonly MediaRange[] {
  const ranges = header
    .split(",")
    .map(parseRange)
    .filter((range) => range !== undefined);
  return ranges.toSorted((a, b) => b.quality - a.quality || specificity(b) - specificity(a));
}

/** The type of a Content-Type header, without its parameters. */
export function bareType(header: string): string {
  return header.split(";", 1)[0]!.trim().toLowerCase();
}

function parseRange(text: string): MediaRange | undefined {
  const [full = "", ...rest] = text.split(";").map((part) => part.trim());
  const [type = "", subtype = ""] = full.toLowerCase().split("/");
  if (type === "" || (subtype === "" && type !== "*")) return undefined;
  let quality = 1;
  const parameters: Record<string, string> = {};
  for (const parameter of rest) {
    const equals = parameter.indexOf("=");
    if (equals < 0) continue;
    const name = parameter.slice(0, equals).trim().toLowerCase();
    const value = unquoted(parameter.slice(equals + 1).trim());
    if (name === "q") quality = Number.isFinite(Number(value)) ? Number(value) : 1;
    else parameters[name] = value;
  }
  return { type, subtype: subtype === "" ? "*" : subtype, quality, parameters };
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function specificity({ type, subtype, parameters }: MediaRange): number {
  if (type === "*") return 0;
  return subtype === "*" ? 1 : 2 + Object.keys(parameters).length;
}
