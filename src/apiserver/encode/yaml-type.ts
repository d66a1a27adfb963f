const WORDS = new Set(
  ["", "~", "y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", "+.inf", "-.inf", ".nan"].flatMap(
    (word) => [word, word.toUpperCase(), word.replace(/[a-z]/, (first) => first.toUpperCase())],
  ),
).add(".NaN");
WORDS.delete(".Nan");

/** Whether readers of YAML 1.1 would take a bare text for something else than a text. */
export function looksLikeAnotherType(text: string): boolean {
  if (WORDS.has(text)) return true;
  if (text.startsWith(".")) return isDecimal(text);
  if (!/^[-+\d]/.test(text)) return false;
  const number = text.replaceAll("_", "");
  return isTime(text) || isSexagesimal(text) || isDecimal(number) || isPrefixed(number);
}

function isDecimal(text: string): boolean {
  return /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
}

/** In base 2, 8 or 16; what has more than 64 bits is a text. */
function isPrefixed(text: string): boolean {
  const [, sign, digits] = /^([-+]?)(0b[01]+|0o[0-7]+|0x[0-9a-f]+)$/i.exec(text) ?? [];
  if (digits === undefined) return false;
  return BigInt(digits) < 2n ** (sign === "" ? 64n : 63n) || (sign === "-" && BigInt(digits) === 2n ** 63n);
}

function isSexagesimal(text: string): boolean {
  return /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(text);
}

const DATE = /^(\d{4})-(\d\d?)-(\d\d?)/;
const CLOCK = /(?:[01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d(?:[.,]\d+)?/;
const ZONE = /(?:Z|[-+](?:[01]\d|2[0-4]):(?:[0-5]\d|60))/;
const TIME = new RegExp(`${DATE.source}(?:[Tt]${CLOCK.source}${ZONE.source}| ${CLOCK.source})?$`);

function isTime(text: string): boolean {
  const [, year, month, day] = TIME.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
