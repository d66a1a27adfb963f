/** A part of a text between its marks, as Go reads it. */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Buffer;
}

/** The blocks of a text one after another; what is between them, or is no block as a whole, is passed over. */
export function* pemBlocks(text: string): Iterable<PemBlock> {
  for (const [, type, body] of text.matchAll(BLOCK)) {
    const content = body!.replace(HEADERS, "").replace(/[ \t\r\n]/g, "");
    if (BASE64.test(content)) yield { type: type!, bytes: Buffer.from(content, "base64") };
  }
}

const BLOCK =
  /(?<=^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n((?:(?!-----END )[\s\S])*)(?<=\n)-----END \1-----[ \t\r]*(?=\n|$)/g;
const HEADERS = /^(?:[^\n:]*:[^\n]*\n)*/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
