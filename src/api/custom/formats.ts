import { parseIp } from "../../base/ip.ts";
import { dnsSubdomain } from "../../machinery/formats.ts";
import { parseDuration } from "../../machinery/duration.ts";
import { parseTime } from "../../machinery/time.ts";

/** Whether a text is of a format. */
type Format = (text: string) => boolean;

/** The check of a string format that schemas may name; undefined for one that says nothing here. */
export function formatNamed(name: string): Format | undefined {
  return FORMATS.get(name.replaceAll("-", ""));
}

const matching =
  (pattern: RegExp): Format =>
  (text) =>
    pattern.test(text);

const parsedBy =
  (parse: (text: string) => unknown): Format =>
  (text) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };

const UUID = "[0-9a-f]{8}-?[0-9a-f]{4}-?";

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["datetime", parsedBy(parseTime)],
  ["date", (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))],
  ["duration", parsedBy(parseDuration)],
  ["byte", matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)],
  ["ipv4", (text) => parseIp(text)?.family === "IPv4"],
  ["ipv6", (text) => parseIp(text)?.family === "IPv6"],
  ["cidr", isCidr],
  ["uri", matching(/^(?:[A-Za-z][A-Za-z0-9+.-]*:\S*|\/\S*)$/)],
  ["email", matching(/^[^@\s]+@[^@\s]+$/)],
  ["hostname", (text) => dnsSubdomain(text.toLowerCase()).length === 0],
  ["mac", matching(/^(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/)],
  ["uuid", matching(new RegExp(`^${UUID}[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, "i"))],
  ["uuid3", matching(new RegExp(`^${UUID}3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, "i"))],
  ["uuid4", matching(new RegExp(`^${UUID}4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`, "i"))],
  ["uuid5", matching(new RegExp(`^${UUID}5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`, "i"))],
  ["hexcolor", matching(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ["ssn", matching(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
]);

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...more] = text.split("/");
  if (more.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  const family = parseIp(address)?.family;
  return family !== undefined && Number(bits) <= (family === "IPv4" ? 32 : 128);
}
