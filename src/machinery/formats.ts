/**
 * Checks of names and other formatted strings. Each gives what is wrong, in Kubernetes' words, or nothing.
 * Lengths are in bytes.
 */
export type FormatCheck = (value: string) => readonly string[];

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const SUBDOMAIN_EXPRESSION = new RegExp(`^(?:${SUBDOMAIN})$`);
const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const QUALIFIED_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED_NAME})?`;
const CONFIG_KEY = "[-._a-zA-Z0-9]+";
const HTTP_HEADER = "[-A-Za-z0-9]+";
const WILDCARD_SUBDOMAIN = `\\*\\.${SUBDOMAIN}`;

const dnsLabelFormat: FormatCheck = formatted(
  LABEL,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ["my-name", "123-abc"],
);

/** One part of a DNS name. */
export const dnsLabel: FormatCheck = (value) => {
  const problems = dnsLabelFormat(value);
  if (problems.length === 0 || !value.includes(".") || !SUBDOMAIN_EXPRESSION.test(value)) return problems;
  return [...problems.slice(0, -1), "must not contain dots"];
};

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

export const dnsSubdomain: FormatCheck = formatted(SUBDOMAIN, 253, SUBDOMAIN_RULE, ["example.com"]);

/** The prefix of a qualified name: the same rule, in the words of a newer hand. */
const qualifiedPrefix: FormatCheck = formatted(SUBDOMAIN, 253, SUBDOMAIN_RULE, ["example.com"], "bytes");

export const dnsLabel1035: FormatCheck = formatted(
  LABEL_1035,
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ["my-name", "abc-123"],
);

export const wildcardSubdomain: FormatCheck = formatted(
  WILDCARD_SUBDOMAIN,
  253,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  ["*.example.com"],
);

export const labelValue: FormatCheck = formatted(
  LABEL_VALUE,
  63,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ["MyValue", "my_value", "12345"],
  "bytes",
);

export const httpHeaderName: FormatCheck = formatted(
  HTTP_HEADER,
  Number.POSITIVE_INFINITY,
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  ["X-Header-Name"],
);

/** What a programming language takes for a name. Its length is not checked. */
export const identifier: FormatCheck = formatted(
  "[A-Za-z_][A-Za-z0-9_]*",
  Number.POSITIVE_INFINITY,
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  ["my_name", "MY_NAME", "MyName"],
);

/** Names of environment variables since relaxed validation: printable ASCII without `=`. */
export const environmentName: FormatCheck = (value) => {
  if (value === "") return ["environment variable name must be non-empty"];
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

const configKeyFormat = formatted(
  CONFIG_KEY,
  253,
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  ["key.name", "KEY_NAME", "key-name"],
);

/** The keys of ConfigMaps and Secrets, which become file names. */
export const configKey: FormatCheck = (value) => [...configKeyFormat(value), ...pathTricks(value)];

const QUALIFIED_NAME_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const QUALIFIED_NAME_EXAMPLES = ["MyName", "my.name", "123-abc"];

const qualifiedPart = formatted(
  QUALIFIED_NAME,
  Number.POSITIVE_INFINITY,
  `name part ${QUALIFIED_NAME_RULE}`,
  QUALIFIED_NAME_EXAMPLES,
);

/** `name` or `prefix/name`: label keys, finalizers, resource names. */
export const qualifiedName: FormatCheck = (value) => {
  const parts = value.split("/");
  if (parts.length > 2) {
    const rule = expected(QUALIFIED_NAME_RULE, QUALIFIED_NAME, QUALIFIED_NAME_EXAMPLES);
    return [`a valid label key ${rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1)!;
  const problems: string[] = [];
  if (parts.length === 2) {
    if (parts[0] === "") problems.push("prefix part must be non-empty");
    else problems.push(...qualifiedPrefix(parts[0]!).map((problem) => `prefix part ${problem}`));
  }
  if (name === "") problems.push("name part must be non-empty");
  else if (byteLength(name) > 63) problems.push(`name part ${longerThan(63, "bytes")}`);
  problems.push(...qualifiedPart(name));
  return problems;
};

/** What a name in a path may not be. */
export const pathSegment: FormatCheck = (value) => {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return pathSegmentPrefix(value);
};

const pathSegmentPrefix: FormatCheck = (value) =>
  ["/", "%"].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);

/** IANA service names: ports of Services and probes. */
export const portName: FormatCheck = (value) => {
  const problems: string[] = [];
  if (byteLength(value) > 15) problems.push(longerThan(15));
  if (!/^[-a-z0-9]+$/.test(value))
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(value)) problems.push("must contain at least one letter (a-z)");
  if (value.includes("--")) problems.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) problems.push("must not begin or end with a hyphen");
  return problems;
};

/** A generated name's prefix may end in a dash, or be all dots, as the suffix will follow. */
export function asPrefix(check: FormatCheck): FormatCheck {
  if (check === pathSegment) return pathSegmentPrefix;
  return (value) => check(value.length > 1 && value.endsWith("-") ? `${value.slice(0, -2)}a` : value);
}

/** Kubernetes counts bytes in either case. */
type LengthUnit = "characters" | "bytes";

function longerThan(maximum: number, unit: LengthUnit = "characters"): string {
  return `must be no more than ${maximum} ${unit}`;
}

export function byteLength(text: string): number {
  // Several times faster than a loop over a long text.
  return /[\u0080-\uffff]/.test(text) ? encoder.encode(text).length : text.length;
}

const encoder = new TextEncoder();

function formatted(
  pattern: string,
  maximum: number,
  message: string,
  examples: readonly string[],
  unit?: LengthUnit,
): FormatCheck {
  const expression = new RegExp(`^(?:${pattern})$`);
  const problem = expected(message, pattern, examples);
  return (value) => {
    const fits = byteLength(value) <= maximum;
    if (fits && expression.test(value)) return [];
    return [...(fits ? [] : [longerThan(maximum, unit)]), ...(expression.test(value) ? [] : [problem])];
  };
}

function expected(message: string, pattern: string, examples: readonly string[]): string {
  return `${message} (e.g. ${examples.map((example) => `'${example}'`).join(",  or ")}, regex used for validation is '${pattern}')`;
}

function pathTricks(value: string): readonly string[] {
  if (value === ".") return [`must not be '.'`];
  if (value === "..") return [`must not be '..'`];
  return value.startsWith("..") ? [`must not start with '..'`] : [];
}
