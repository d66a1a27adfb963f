import type { Environment } from "@marcbachmann/cel-js";

class CelUrl {
  readonly url: URL | undefined;
  /** As it was written. */
  readonly text: string;
  constructor(text: string) {
    this.text = text;
    this.url = parsed(text);
  }
}

const TYPE = "kubernetes.URL";

/** `url("https://…")` and its parts. */
export function registerUrls(environment: Environment): void {
  environment
    .registerType(TYPE, CelUrl)
    .registerFunction("isURL(string): bool", isUrl)
    .registerFunction(`url(string): ${TYPE}`, (text: string) => {
      if (!isUrl(text))
        throw new TypeError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}`);
      return new CelUrl(text);
    })
    .registerFunction(`${TYPE}.getScheme(): string`, ({ url }: CelUrl) => url?.protocol.slice(0, -1) ?? "")
    .registerFunction(`${TYPE}.getHost(): string`, ({ text }: CelUrl) => hostOf(text))
    .registerFunction(`${TYPE}.getHostname(): string`, ({ text }: CelUrl) =>
      hostOf(text)
        .replace(/:\d*$/, "")
        .replace(/^\[(.*)\]$/, "$1"),
    )
    .registerFunction(`${TYPE}.getPort(): string`, ({ text }: CelUrl) => /:(\d+)$/.exec(hostOf(text))?.[1] ?? "")
    .registerFunction(`${TYPE}.getEscapedPath(): string`, ({ text }: CelUrl) => pathOf(text))
    .registerFunction(`${TYPE}.getQuery(): map<string, list<string>>`, ({ text }: CelUrl) => queryOf(text))
    .registerOperator(`${TYPE} == ${TYPE}`, (left: CelUrl, right: CelUrl) => left.text === right.text);
}

const ESCAPED = "%[0-9A-Fa-f]{2}";
const USER = `(?:[\\w.~!$&'()*+,;=:@-]|${ESCAPED})*@`;
const HOST = `(?:[\\w.~!$&'()*+,;=<>"-]|[^\\0-\\x7f]|%25|%[89A-Fa-f][0-9A-Fa-f])*`;
const PATH = `(?:[^%?\\0-\\x1f\\x7f]|${ESCAPED})*`;
const QUERY = "(?:\\?[^\\0-\\x1f\\x7f]*)?";
/** With a scheme: where no slash follows, anything does. */
const URI = new RegExp(
  `^[A-Za-z][A-Za-z0-9+.-]*:(?://(?:${USER})?(?:${HOST}|\\[[0-9A-Fa-f:.%\\w-]*\\])(?::\\d*)?(?:/${PATH})?|/(?!/)${PATH}|(?!/)[^?\\0-\\x1f\\x7f]*)${QUERY}$`,
);
const ABSOLUTE_PATH = new RegExp(`^/${PATH}${QUERY}$`);

/** An absolute URI, a path, or the star that stands for a server: what may be requested, as Go reads it. */
export function isUrl(text: string): boolean {
  return text === "*" || URI.test(text) || ABSOLUTE_PATH.test(text);
}

/** Undefined for what is no URL, and for a path alone. */
function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function hostOf(text: string): string {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(text)?.[1] ?? "";
}

function pathOf(text: string): string {
  return /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)/.exec(text)?.[1] ?? "";
}

function queryOf(text: string): Readonly<Record<string, readonly string[]>> {
  const query = /\?([^#]*)/.exec(text)?.[1] ?? "";
  const result: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (result[name] ??= []).push(value);
  return result;
}
