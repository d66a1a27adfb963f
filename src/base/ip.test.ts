import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalIp, formatNetwork, networkContains, parseIp, parseNetwork } from "./ip.ts";

test("addresses have one form each", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["10.0.0.1", "10.0.0.1"],
    ["010.0.0.01", "10.0.0.1"],
    ["256.0.0.1", undefined],
    ["10.0.0", undefined],
    ["", undefined],
    ["::", "::"],
    ["::1", "::1"],
    ["FD00::", "fd00::"],
    ["fd00:0:0:1:0:0:0:1", "fd00:0:0:1::1"],
    ["1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["64:ff9b::10.0.0.1", "64:ff9b::a00:1"],
    ["1::2::3", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1:2:3:4:5:6:7:8::", undefined],
    ["12345::", undefined],
    ["::g", undefined],
  ];
  for (const [text, expected] of cases) assert.equal(canonicalIp(text), expected, text);
});

test("networks contain their addresses", () => {
  const pods = parseNetwork("10.244.3.7/16")!;
  assert.equal(formatNetwork(pods), "10.244.0.0/16");
  assert(networkContains(pods, parseIp("10.244.255.1")!));
  assert(!networkContains(pods, parseIp("10.245.0.1")!));
  assert(!networkContains(pods, parseIp("fd00::1")!));
  assert(networkContains(parseNetwork("0.0.0.0/0")!, parseIp("8.8.8.8")!));
  assert(networkContains(parseNetwork("fd00::/8")!, parseIp("fd12::1")!));
  assert.equal(formatNetwork(parseNetwork("::ffff:10.0.0.7/120")!), "10.0.0.0/24");
  assert.equal(formatNetwork(parseNetwork("::ffff:10.0.0.7/90")!), "::ffc0:0:0/90");
  for (const text of ["10.0.0.0", "::ffff:10.0.0.7/129", "10.0.0.0/33", "10.0.0.0/", "x/8", "10.0.0.0/-1"])
    assert.equal(parseNetwork(text), undefined, text);
});
