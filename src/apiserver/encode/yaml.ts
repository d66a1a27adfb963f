import { Document, isScalar, Scalar, visit } from "yaml";
import { folded } from "./yaml-fold.ts";

/** A JSON value as Kubernetes writes YAML: names sorted, lists not indented, strings quoted only where they must be. */
export function toYaml(value: unknown): string {
  const document = new Document(value, {
    aliasDuplicateObjects: false,
    sortMapEntries: (a, b) => naturalOrder(keyText(a.key), keyText(b.key)),
  });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && looksLikeAnotherType(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return folded(document.toString({ lineWidth: 0, indentSeq: false, singleQuote: true }));
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** Strings that readers of YAML 1.1 would take for something else. */
function looksLikeAnotherType(text: string): boolean {
  return (
    text === "" ||
    /^(?:y|n|yes|no|on|off|true|false|null|~|<<|=|[-+]?\.inf|\.nan)$/i.test(text) ||
    /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*)$/i.test(text) ||
    /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?$/i.test(text) ||
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text) ||
    /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|\s+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?\s*(?:Z|[-+]\d{1,2}(?::?\d{2})?)?)?$/.test(text)
  );
}

/** The order in which Kubernetes' YAML sorts names: numbers within them by value, letters after everything else. */
export function naturalOrder(a: string, b: string): number {
  let afterDigit = false;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a[index]!;
    const right = b[index]!;
    if (left === right) {
      afterDigit = isDigit(left);
      continue;
    }
    const leftLetter = isLetter(left);
    const rightLetter = isLetter(right);
    if (leftLetter && rightLetter) return left < right ? -1 : 1;
    if (leftLetter || rightLetter) return leftLetter === afterDigit ? -1 : 1;
    const leftNumber = /^\d*/.exec(a.slice(index))![0];
    const rightNumber = /^\d*/.exec(b.slice(index))![0];
    const difference = Number(leftNumber) - Number(rightNumber) || leftNumber.length - rightNumber.length;
    return difference === 0 ? (left < right ? -1 : 1) : difference;
  }
  return a.length - b.length;
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

function isLetter(char: string): boolean {
  return /\p{L}/u.test(char);
}
