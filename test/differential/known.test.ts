import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { allCases } from "./cases.ts";
import { globPattern, readKnown } from "./known.ts";

test("known: names of cases by stars and commas, and nothing else", () => {
  const pattern = globPattern("verbs-*, list.versions");
  for (const name of ["verbs-pod", "verbs-", "list.versions"]) assert.match(name, pattern);
  for (const name of ["my-verbs-pod", "list-versions", "verbs"]) assert.doesNotMatch(name, pattern);
});

test("known: each section says where, and by which lines", () => {
  const directory = mkdtempSync(join(tmpdir(), "wherry-known-"));
  const path = join(directory, "known.md");
  try {
    writeFileSync(path, "# Known\n\n## One\n\n- cases: `a-*`\n- lines: `x: \\d`\n- lines: `y`\n\nWhy.\n");
    const [one, ...others] = readKnown(path);
    assert.equal(others.length, 0);
    assert.equal(one?.title, "One");
    assert.match("a-b", one!.cases);
    assert.deepEqual(one!.lines, [/x: \d/, /y/]);
    writeFileSync(path, "# Known\n\n## Two\n\n- cases: `a`\n\nNo lines.\n");
    assert.throws(() => readKnown(path), /known\.md, "Two": needs `cases` and `lines`/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("known: every section is about cases that there are", async () => {
  const names = [...(await allCases()).map(({ name }) => name), "fuzz-1"];
  for (const { title, cases } of readKnown())
    assert(
      names.some((name) => cases.test(name)),
      title,
    );
});
