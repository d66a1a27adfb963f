/**
 * Orders texts as Go does: by their UTF-8 bytes, which is the order of their code points. JavaScript compares UTF-16
 * units, and differs where one text has a surrogate and the other a unit above the surrogates.
 */
export function byteOrder(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return weight(a) - weight(b);
  }
  return left.length - right.length;
}

/** Moves surrogates behind the units U+E000 to U+FFFF, where their code points belong. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The members' names of an object, as Go orders a map's keys. Most come in that order already. */
export function namesInByteOrder(object: object): readonly string[] {
  const names = Object.keys(object);
  for (let index = 1; index < names.length; index++) {
    if (byteOrder(names[index - 1]!, names[index]!) > 0) return names.sort(byteOrder);
  }
  return names;
}
