import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIp } from "./ip.ts";
import { addressesOf, parseIpRanges, rangesContain } from "./ip-range.ts";

const cases: readonly (readonly [text: string, addresses: readonly string[] | undefined])[] = [
  ["192.0.2.9", ["192.0.2.9"]],
  ["192.0.2.9-192.0.2.11", ["192.0.2.9", "192.0.2.10", "192.0.2.11"]],
  ["192.0.2.8/30", ["192.0.2.9", "192.0.2.10"]],
  ["192.0.2.8/31, 192.0.2.1", ["192.0.2.8", "192.0.2.9", "192.0.2.1"]],
  ["192.0.2.9-192.0.2.8", undefined],
  ["192.0.2.9-fd00::1", undefined],
  ["192.0.2.9-10-11", undefined],
  ["", undefined],
  ["192.0.2.0/33", undefined],
];

for (const [text, addresses] of cases) {
  test(`ip ranges: ${JSON.stringify(text)}`, () => {
    const ranges = parseIpRanges(text);
    assert.deepEqual(ranges && [...addressesOf(ranges, "IPv4")], addresses);
  });
}

test("ip ranges: an address is in them or not", () => {
  const ranges = parseIpRanges("192.0.2.8-192.0.2.9,fd00::/126")!;
  assert(rangesContain(ranges, parseIp("192.0.2.9")!));
  assert(!rangesContain(ranges, parseIp("192.0.2.10")!));
  assert(rangesContain(ranges, parseIp("fd00::3")!));
  assert.deepEqual([...addressesOf(ranges, "IPv6")], ["fd00::", "fd00::1", "fd00::2", "fd00::3"]);
});
