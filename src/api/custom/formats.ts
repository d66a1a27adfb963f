import { parseIp } from "../../base/ip.ts";
import { parseDuration } from "../../machinery/duration.ts";
import { isUrl } from "../cel/url.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";

/** Whether a text is of a format. */
type Format = (text: string) => boolean;

/** The format that a schema names; "" where it means nothing for its type. */
export function formatOf({ type = "", format = "" }: JSONSchemaProps): string {
  if (type === "integer") return format === "int32" || format === "int64" ? format : "";
  if (type === "number") return format === "float" || format === "double" ? format : "";
  return (type === "" || type === "string") && checkOf(format) !== undefined ? format : "";
}

/** A format of numbers says nothing of texts. */
export function isOfFormat(text: string, format: string): boolean {
  return checkOf(format)?.(text) ?? true;
}

function checkOf(format: string): Format | undefined {
  return FORMATS.get(format.replaceAll("-", ""));
}

const matching =
  (pattern: RegExp): Format =>
  (text) =>
    pattern.test(text);

const UUID = "[0-9a-f]{8}-?[0-9a-f]{4}-?";
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["datetime", isDateTime],
  ["date", isDate],
  ["duration", isDuration],
  ["byte", matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ["ipv4", (text) => text.includes(".") && parseIp(withoutLeadingZeros(text)) !== undefined],
  ["ipv6", (text) => text.includes(":") && parseIp(text) !== undefined],
  ["cidr", isCidr],
  ["uri", isUrl],
  ["email", isEmail],
  ["hostname", isHostname],
  ["mac", isMac],
  ["uuid", matching(new RegExp(`^${UUID}[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, "i"))],
  ["uuid3", matching(new RegExp(`^${UUID}3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, "i"))],
  ["uuid4", matching(new RegExp(`^${UUID}4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`, "i"))],
  ["uuid5", matching(new RegExp(`^${UUID}5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`, "i"))],
  ["bsonobjectid", matching(/^[0-9a-fA-F]{24}$/)],
  ["hexcolor", matching(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ["rgbcolor", matching(new RegExp(String.raw`^rgb\(\s*${OCTET}\s*,\s*${OCTET}\s*,\s*${OCTET}\s*\)$`))],
  ["ssn", matching(/^\d{3}[- ]\d{2}[- ]\d{4}$/)],
  ["isbn", (text) => isIsbn10(text) || isIsbn13(text)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["creditcard", isCreditCard],
  ["password", () => true],
  ["k8sshortname", matching(/^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)],
  ["k8slongname", matching(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)],
]);

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // The thirtieth of February is taken for one of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date, time = ""] = text.toLowerCase().split("t");
  const found = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[-+]\d{2}:\d{2})$/.exec(time);
  if (found === null || !isDate(date!)) return false;
  return found[1]! <= "23" && found[2]! <= "59" && found[3]! <= "59";
}

/** Each unit's names; a longer word that begins with the last one will do. */
const UNITS = ["ns nano", "us µs micro", "ms milli", "s sec", "m min", "h hr hour", "d day", "w wk week"].map((names) =>
  names.split(" "),
);

/** As Go writes it, or with words: anything in which a number with a unit stands. */
function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    const found = [...text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)];
    return (
      found.every(([, count]) => BigInt(count!) < 2n ** 63n) && found.some(([, , unit]) => isUnit(unit!.toLowerCase()))
    );
  }
}

function isUnit(word: string): boolean {
  return UNITS.some((names) => names.includes(word) || word.startsWith(names.at(-1)!));
}

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...more] = text.split("/");
  if (more.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  const family = parseIp(withoutLeadingZeros(address))?.family;
  return family !== undefined && Number(bits) <= (family === "IPv4" ? 32 : 128);
}

/** Addresses are read as Go did before 1.17. */
function withoutLeadingZeros(address: string): string {
  return address.includes(":") ? address : address.replaceAll(/(?<=^|\.)0+(?=\d)/g, "");
}

const ATOM = '[^\\s()<>[\\]:;@\\\\,."\\p{Cc}]+';
const WORDS = `${ATOM}(?:\\.${ATOM})*`;
const QUOTED = '"(?:[^"\\\\\\p{Cc}]|\\\\[^\\p{Cc}])*"';
const ADDRESS = `(?:${WORDS}|${QUOTED})@(?:${WORDS}|\\[[^\\][\\\\\\s]*\\])`;
const WORD = `(?:${WORDS}|${QUOTED})`;
const PHRASE = `(?:${WORD}(?:[ \\t]+${WORD})*[ \\t]*)?`;
const MAILBOX = new RegExp(`^[ \\t]*(?:${ADDRESS}|${PHRASE}<[ \\t]*${ADDRESS}[ \\t]*>)[ \\t]*$`, "u");

function isEmail(text: string): boolean {
  return text.length <= LONGEST_MAILBOX && MAILBOX.test(text);
}

const LONGEST_MAILBOX = 1024;

const CHAR = "a-zA-Z0-9\\p{S}\\p{L}";
const HOSTNAME = new RegExp(
  `^(?:[${CHAR}](?:-?[${CHAR}]{0,62})?|(?:[${CHAR}](?:[-${CHAR}]{0,61}[${CHAR}])?\\.)+[a-zA-Z\\p{L}]{2,63})$`,
  "u",
);

function isHostname(text: string): boolean {
  const bytes = (part: string) => new TextEncoder().encode(part).length;
  return bytes(text) <= 255 && text.split(".").every((part) => bytes(part) <= 63) && HOSTNAME.test(text);
}

/** With colons, with dashes, in fours with dots, or bare. */
function isMac(text: string): boolean {
  const bare = /^[0-9a-f]+$/i.test(text);
  const octets = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2})+$/i.test(text);
  const pairs = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text);
  return (bare || octets || pairs) && [6, 8, 20].includes(text.replaceAll(/[^0-9a-f]/gi, "").length / 2);
}

function isIsbn10(text: string): boolean {
  const digits = withoutSpace(text);
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  return sum(digits, (index) => index + 1) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = withoutSpace(text);
  return /^\d{13}$/.test(digits) && sum(digits, (index) => (index % 2 === 0 ? 1 : 3)) % 10 === 0;
}

function sum(digits: string, weight: (index: number) => number): number {
  return [...digits].reduce((total, digit, index) => total + weight(index) * (digit === "X" ? 10 : Number(digit)), 0);
}

const CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "");
  if (!CARD.test(digits)) return false;
  const doubled = [...digits].toReversed().map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 2));
  return doubled.reduce((total, digit) => total + (digit > 9 ? digit - 9 : digit), 0) % 10 === 0;
}

function withoutSpace(text: string): string {
  return text.replaceAll(/[\s-]+/g, "");
}
