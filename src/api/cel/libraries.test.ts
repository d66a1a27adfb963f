import assert from "node:assert/strict";
import { test } from "node:test";
import { celEnvironment } from "./environment.ts";
import { withoutMessages } from "./messages.ts";
import { parseExpression } from "./presence.ts";
import { compilationProblem, evaluationProblem } from "./problem.ts";
import { celOf, jsonOf } from "./value.ts";

const environment = celEnvironment().registerVariable("object", "dyn");

/** Each of these is true. */
const TRUE: Readonly<Record<string, readonly string[]>> = {
  lists: [
    "[1, 2, 3].isSorted() && [1, 2].sum() == 3 && [2, 1].min() == 1 && [2, 1].max() == 2",
    "[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(7) == -1",
    "[1, 2, 1].distinct() == [1, 2] && [2, 1].sort() == [1, 2] && [1, 2, 3].slice(1, 3) == [2, 3]",
  ],
  regex: [
    "'abc 123'.find('[0-9]+') == '123'",
    "'a1b22'.findAll('[0-9]+') == ['1', '22']",
    "'a1b2'.findAll('[0-9]', 1) == ['1']",
  ],
  strings: [
    "'abc'.charAt(1) == 'b' && 'a-b-c'.replace('-', '+') == 'a+b+c' && 'a-b-c'.replace('-', '+', 1) == 'a+b-c'",
    "'%s has %d of %.1f, %x'.format(['a', 2, 2.25, 255]) == 'a has 2 of 2.3, ff'",
    "'%s'.format([[1, 2]]) == '[1, 2]' && 'ab'.reverse() == 'ba'",
  ],
  sets: ["sets.contains([1, 2], [2]) && sets.equivalent([1, 1, 2], [2, 1]) && sets.intersects([1], [1, 3])"],
  optionals: [
    "object.?a.optMap(x, x + 1).orValue(0) == 2",
    "object.?zz.optMap(x, x + 1).orValue(0) == 0",
    "object.?a.optFlatMap(x, optional.of(x)).value() == 1",
  ],
  presence: [
    "has(object.a) && !has(object.b) && has(object.list[0].name) && !has(object.list[1].name)",
    "object.list.exists_one(each, has(each.name)) && 'has(x)' != '' && !has(object.?b.c)",
    String.raw`r"""" has(y)""" == '" ha' + 's(y)' && '\' has(z)' == '\' ha' + 's(z)'`,
  ],
  quantities: [
    "quantity('1.5Gi').isGreaterThan(quantity('1Gi')) && quantity('1').compareTo(quantity('1000m')) == 0",
    "quantity('2k').asInteger() == 2000 && !quantity('1500m').isInteger() && quantity('1500m').asApproximateFloat() == 1.5",
    "quantity('1').add(quantity('2')).sub(1) == quantity('2') && !isQuantity('1Zi') && isQuantity('1Mi')",
  ],
  urls: [
    "url('https://u@a.example:8080/b/c?d=1&d=2').getHost() == 'a.example:8080'",
    "url('https://[::1]:80/x%20y').getHostname() == '::1' && url('https://[::1]:80/x%20y').getPort() == '80'",
    "url('https://a/x%20y?q=1').getEscapedPath() == '/x%20y' && url('https://a/?d=1&d=2').getQuery() == {'d': ['1', '2']}",
    "isURL('/path') && !isURL('no url')",
  ],
  networks: [
    "isIP('10.0.0.1') && !isIP('010.0.0.1') && !isIP('::ffff:1.2.3.4') && ip('::1').isLoopback()",
    "ip('fe80::1').isLinkLocalUnicast() && ip('8.8.8.8').isGlobalUnicast() && string(ip('::0001')) == '::1'",
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
    "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.2.3/8').prefixLength() == 8",
  ],
  formats: [
    "!format.dns1123Label().validate('good').hasValue() && format.dns1123Label().validate('Bad').hasValue()",
    "format.named('uuid').hasValue() && !format.named('nothing').hasValue()",
    "format.date().validate('2024-13-01').value() == ['invalid date']",
  ],
  versions: [
    "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))",
    "semver('v1.2', true).minor() == 2 && !isSemver('v1.2') && isSemver('v1.2', true)",
  ],
};

for (const [library, expressions] of Object.entries(TRUE)) {
  test(`cel: ${library}`, () => {
    const object = celOf({ a: 1, list: [{ name: "x" }, {}] });
    for (const text of expressions) assert.equal(parseExpression(environment, text)({ object }), true, text);
  });
}

test("cel: literals of objects become calls, and nothing else changes", () => {
  const cases: readonly [text: string, becomes: string][] = [
    ["object.spec", "object.spec"],
    ["{'Object{': 1}", "{'Object{': 1}"],
    ["x.Object == 1 // Object{}", "x.Object == 1 // Object{}"],
    ["Object{}", '__object("Object", {})'],
    ["[JSONPatch{op: 'a'}]", `[__patch("JSONPatch", {"op": dyn(__text_op( 'a'))})]`],
    [
      "Object{a: Object.a{?b: {'x': 1}}}",
      `__object("Object", {"a": dyn(( __part("Object.a", {"?b": dyn(( {'x': 1}))})))})`,
    ],
    ["Object{a: 1, }", '__object("Object", {"a": dyn(( 1)) })'],
  ];
  const written = withoutMessages("[Object{a: x}, y]");
  assert.equal(written.placeOf(written.text.indexOf("x")), 11);
  assert.equal(written.placeOf(written.text.lastIndexOf("y")), 15);
  for (const [text, becomes] of cases) assert.equal(withoutMessages(text).text, becomes);
});

test("cel: problems say where they are", () => {
  const problemOf = (text: string) => {
    try {
      const { error } = environment.check(text);
      return compilationProblem(error, text, environment);
    } catch (error) {
      return compilationProblem(error, text, environment);
    }
  };
  assert.equal(
    problemOf("object.a &&\n  nothing"),
    "ERROR: <input>:2:3: undeclared reference to 'nothing' (in container '')\n |   nothing\n | ..^",
  );
  assert.equal(
    problemOf("1 + 'x'"),
    "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'x'\n | ..^",
  );
  assert.match(problemOf("'x'.unheard(1)"), /undeclared reference to 'unheard' \(in container ''\)\n/);
  assert.match(
    problemOf("'x'.charAt('y')"),
    /found no matching overload for 'charAt' applied to 'string\.\(string\)'\n/,
  );
  assert.match(problemOf("Wrong{a: 1}"), /<input>:1:6: undeclared reference to 'Wrong' \(in container ''\)\n/);
  assert.throws(
    () => environment.evaluate("object.b", { object: celOf({ a: 1 }) }),
    (error) => evaluationProblem(error) === "no such key: b",
  );
});

test("cel: values come and go as JSON", () => {
  const value = { text: "x", whole: 1, part: 1.5, none: null, list: [true, { a: 1 }] };
  assert.deepEqual(jsonOf(celOf(value)), value);
  assert.throws(() => jsonOf(() => 1), TypeError);
});
