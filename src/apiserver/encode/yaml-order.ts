/** The order in which Go's YAML sorts names: numbers within them by value, letters after everything else. */
export function naturalOrder(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const at = left.findIndex((char, index) => char !== right[index]);
  if (at < 0 || at >= right.length) return left.length - right.length;
  const [one, other] = [left[at]!, right[at]!];
  const letters = [one, other].map((char) => /\p{L}/u.test(char));
  if (letters[0] !== letters[1]) return letters[0] ? 1 : -1;
  const byChar = one.codePointAt(0)! - other.codePointAt(0)!;
  if (letters[0]) return byChar;
  // A zero within a number is a digit of it, and not one that leads.
  const isWithin = (one === "0" || other === "0") && /[1-9]\d*$/.test(left.slice(0, at).join(""));
  const numbers = [left, right].map((chars) => /^\d*/.exec(chars.slice(at).join(""))![0]);
  const [first, second] = numbers.map((digits) => BigInt(`${isWithin ? 1 : 0}${digits}`));
  if (first !== second) return first! < second! ? -1 : 1;
  return numbers[0]!.length - numbers[1]!.length || byChar;
}
