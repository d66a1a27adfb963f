import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.ts";
import { phasesOf } from "./phases.ts";

const PREEMPTION = "[sig-scheduling] SchedulerPreemption [Serial] validates basic preemption works [Conformance]";
const DNS = "[sig-network] DNS should provide DNS for services [Conformance]";

for (const [words, wanted] of [
  ["", [DNS, PREEMPTION]],
  ["--sig scheduling", [PREEMPTION]],
  ["--focus basic.preemption", [PREEMPTION]],
  ["--sig scheduling --focus basic.preemption", [PREEMPTION]],
  ["--sig network --focus basic.preemption", []],
  ["--focus DNS|Preemption", [DNS, PREEMPTION]],
  ["--focus \\[Serial\\].validates", [PREEMPTION]],
] as const) {
  test(`conformance: \`${words}\` chooses by name, whatever stands between`, () => {
    const options = readOptions(words.split(" ").filter((word) => word !== ""));
    assert(options !== "help");
    const [parallel, serial] = phasesOf(options, []);
    assert.deepEqual([parallel!.labels, serial!.labels], ["Conformance && !Serial", "Conformance && Serial"]);
    assert.deepEqual(serial!.focus, parallel!.focus);
    const isChosen = (name: string) =>
      serial!.focus.length === 0 || serial!.focus.some((pattern) => new RegExp(pattern).test(name));
    assert.deepEqual([DNS, PREEMPTION].filter(isChosen), wanted);
  });
}
