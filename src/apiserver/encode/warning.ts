/** A Warning header's value (RFC 7234), as Kubernetes writes it: code 299 and the text in quotes. */
export function warningHeader(text: string): string {
  const printable = Array.from(text, (char) => (isControl(char) ? " " : char)).join("");
  return `299 - "${printable.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function isControl(char: string): boolean {
  const code = char.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}
