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

/** An absolute URL, or a path: what may be requested. */
export function isUrl(text: string): boolean {
  return parsed(text) !== undefined || (text.startsWith("/") && !/[\s%](?![0-9A-Fa-f]{2})/.test(text));
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
