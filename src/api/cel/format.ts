import { type Environment, Optional } from "@marcbachmann/cel-js";
import { base64ToBytes } from "../../machinery/base64.ts";
import {
  dnsLabel,
  dnsLabel1035,
  dnsSubdomain,
  type FormatCheck,
  labelValue,
  qualifiedName,
} from "../../machinery/formats.ts";
import { parseTime } from "../../machinery/time.ts";
import { isUrl } from "./url.ts";

class Format {
  readonly check: FormatCheck;
  constructor(check: FormatCheck) {
    this.check = check;
  }
}

class Formats {}

const TYPE = "kubernetes.NamedFormat";

/** `format.dns1123Label().validate(text)`, and the same by name. */
export function registerFormats(environment: Environment): void {
  environment
    .registerType(TYPE, Format)
    .registerType("Formats", Formats)
    .registerConstant("format", "Formats", new Formats())
    .registerFunction(`Formats.named(string): optional<${TYPE}>`, (_formats: Formats, name: string) => {
      const check = FORMATS.get(name);
      return check === undefined ? Optional.none() : Optional.of(new Format(check));
    })
    .registerFunction(`${TYPE}.validate(string): optional<list<string>>`, ({ check }: Format, text: string) => {
      const problems = check(text);
      return problems.length === 0 ? Optional.none() : Optional.of(problems);
    });
  for (const [name, check] of FORMATS)
    environment.registerFunction(`Formats.${name}(): ${TYPE}`, () => new Format(check));
}

/** A prefix may end as no name may: with a dash, or a dot. */
const prefix =
  (check: FormatCheck): FormatCheck =>
  (text) =>
    check(/[-.]$/.test(text) ? `${text.slice(0, -1)}a` : text);

const parsedBy =
  (parse: (text: string) => unknown, problem: string): FormatCheck =>
  (text) => {
    try {
      parse(text);
      return [];
    } catch {
      return [problem];
    }
  };

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ["dns1123Label", dnsLabel],
  ["dns1123Subdomain", dnsSubdomain],
  ["dns1035Label", dnsLabel1035],
  ["qualifiedName", qualifiedName],
  ["dns1123LabelPrefix", prefix(dnsLabel)],
  ["dns1123SubdomainPrefix", prefix(dnsSubdomain)],
  ["dns1035LabelPrefix", prefix(dnsLabel1035)],
  ["labelValue", labelValue],
  ["uri", (text) => (isUrl(text) ? [] : [`parse ${JSON.stringify(text)}: invalid URI for request`])],
  ["uuid", (text) => (UUID.test(text) ? [] : ["does not match the UUID format"])],
  ["byte", parsedBy(base64ToBytes, "invalid base64")],
  ["date", parsedBy((text) => parseTime(`${text}T00:00:00Z`), "invalid date")],
  ["datetime", parsedBy(parseTime, "invalid datetime")],
]);
