import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonProblem } from "./json-problem.ts";

test("what is wrong with a JSON text is said in Go's words", () => {
  const cases: readonly [string, string][] = [
    ["foo", "invalid character 'o' in literal false (expecting 'a')"],
    ["{a:1}", "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ["[1 2]", "invalid character '2' after array element"],
    ["[1,]", "invalid character ']' looking for beginning of value"],
    ['{"a":"x\n"}', "invalid character '\\n' in string literal"],
    [String.raw`{"a":"\x"}`, "invalid character 'x' in string escape code"],
    ['{"a":-}', "invalid character '}' in numeric literal"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ["{} x", "invalid character 'x' after top-level value"],
    ["{'a':1}", String.raw`invalid character '\'' looking for beginning of object key string`],
    ['{"a":', "unexpected end of JSON input"],
    ['{"a":"x', "unexpected end of JSON input"],
    ['{"a":tru', "invalid character ' ' in literal true (expecting 'e')"],
    ["[1.", "invalid character ' ' after decimal point in numeric literal"],
  ];
  for (const [text, problem] of cases) assert.equal(jsonProblem(text), problem, text);
});
