import { pipeline, Readable } from "node:stream";
import { RewritingStream } from "parse5-html-rewriting-stream";

/** Where a proxied server stands, as its clients see it. */
export interface ProxyPlace {
  /** What the API server puts before the server's own paths: `/api/v1/namespaces/x/pods/y/proxy`. */
  readonly prefix: string;
  /** The server's own address, with the path that was asked for. */
  readonly url: string;
}

/**
 * A link as the proxied page's reader must follow it: paths from the root get the prefix; relative ones and those to other
 * servers stay as they are. Kubernetes does so for every attribute that holds a link.
 */
export function proxiedLink(link: string, { prefix, url }: ProxyPlace): string {
  const parts = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is.exec(link);
  if (parts === null) return link;
  const [, host, path = "", rest = ""] = parts;
  if (host !== undefined && host !== new URL(url).host) return link;
  if (!path.startsWith("/") || path.startsWith(`${prefix}/`)) return link;
  return `${prefix}${path}${rest}`;
}

/** Rewrites the links of a page as it comes; all else passes byte for byte. */
export async function* withProxiedLinks(page: AsyncIterable<Uint8Array>, place: ProxyPlace): AsyncIterable<Uint8Array> {
  const rewriter = new RewritingStream();
  rewriter.on("startTag", (tag, raw) => {
    const names = LINKS[tag.tagName] ?? [];
    let isChanged = false;
    for (const attribute of tag.attrs) {
      if (!names.includes(attribute.name)) continue;
      const link = proxiedLink(attribute.value, place);
      isChanged ||= link !== attribute.value;
      attribute.value = link;
    }
    if (isChanged) rewriter.emitStartTag(tag);
    else rewriter.emitRaw(raw);
  });
  // Begun only when somebody reads: a stream that is whole before that gives nothing. An error ends the reading, too.
  pipeline(Readable.from(decoded(page)), rewriter, () => {});
  for await (const text of rewriter as AsyncIterable<string | Uint8Array>) {
    yield typeof text === "string" ? Buffer.from(text) : text;
  }
}

async function* decoded(page: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  for await (const chunk of page) yield decoder.decode(chunk, { stream: true });
}

/** The attributes that hold a link, by element (the HTML standard's index of attributes). */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  a: ["href"],
  applet: ["codebase"],
  area: ["href"],
  audio: ["src"],
  base: ["href"],
  blockquote: ["cite"],
  body: ["background"],
  button: ["formaction"],
  command: ["icon"],
  del: ["cite"],
  embed: ["src"],
  form: ["action"],
  frame: ["longdesc", "src"],
  head: ["profile"],
  html: ["manifest"],
  iframe: ["longdesc", "src"],
  img: ["longdesc", "src", "usemap"],
  input: ["src", "usemap", "formaction"],
  ins: ["cite"],
  link: ["href"],
  object: ["classid", "codebase", "data", "usemap"],
  q: ["cite"],
  script: ["src"],
  source: ["src"],
  video: ["poster", "src"],
};
