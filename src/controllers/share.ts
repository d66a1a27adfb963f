/**
 * How many of `total` an int-or-string means: a number as it is, a percentage as its share.
 * @param value absent means none. @param round what becomes of a part of one.
 */
export function shareOf(value: number | string | undefined, total: number, round: "up" | "down"): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  const share = (Number(value.replace("%", "")) * total) / 100;
  return round === "up" ? Math.ceil(share) : Math.floor(share);
}
