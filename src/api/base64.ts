/** A text's UTF-8 bytes in base64. */
export function encodeBase64(text: string): string {
  let binary = "";
  for (const byte of encoder.encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The text that stands in canonical base64, which decoding has checked. */
export function decodeBase64(text: string): string {
  return decoder.decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
}

/** How many bytes stand in canonical base64. */
export function decodedLength(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
