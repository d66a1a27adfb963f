/** So many characters of warnings an answer has at most; if there are more, of each only so many. */
const MOST_CHARACTERS = 4096;
const MOST_OF_EACH = 256;

/** The values of the Warning headers of an answer: each text once, shortened where they are too long together. */
export function warningHeaders(texts: readonly string[]): readonly string[] {
  const distinct = [...new Set(texts)].map((text) => Array.from(text));
  const excess = firstBeyond(distinct, MOST_CHARACTERS);
  if (excess === -1) return distinct.map((characters) => warningHeader(characters.join("")));
  const headers: string[] = [];
  let written = 0;
  for (const [index, characters] of distinct.entries()) {
    // Those that had come before it was too much are all kept, as Kubernetes keeps them.
    if (index > excess && written >= MOST_CHARACTERS) break;
    const kept = characters.slice(0, MOST_OF_EACH);
    written += kept.length;
    headers.push(warningHeader(kept.join("")));
  }
  return headers;
}

function firstBeyond(texts: readonly (readonly string[])[], most: number): number {
  let written = 0;
  return texts.findIndex(({ length }) => (written += length) > most);
}

/** A Warning header's value (RFC 7234), as Kubernetes writes it: code 299 and the text in quotes. */
function warningHeader(text: string): string {
  const printable = Array.from(text, (char) => (isControl(char) ? " " : char)).join("");
  return `299 - "${printable.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function isControl(char: string): boolean {
  const code = char.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}
