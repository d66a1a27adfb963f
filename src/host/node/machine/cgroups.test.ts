import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { removeGroup, setGroup } from "./cgroups.ts";

const canGroup = process.platform === "linux" && process.getuid?.() === 0 && existsSync("/sys/fs/cgroup");
const skip = canGroup ? false : "NOT TESTED: control groups need Linux and root";

test("control groups: a group goes with all that is below it, and with the processes in it", { skip }, async () => {
  const path = `/wherry-test-${process.pid}`;
  const limits = { cpuShares: 2, cpuQuota: -1, cpuPeriod: 100_000, memoryLimit: 0 };
  await setGroup(path, limits);
  await setGroup(`${path}/inner`, limits);
  const root = existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  const gone = once(child, "exit");
  writeFileSync(`${root}${path}/inner/cgroup.procs`, String(child.pid));
  await removeGroup(path);
  const [, signal] = (await gone) as [number | null, string];
  assert.equal(signal, "SIGKILL");
  assert(!existsSync(`${root}${path}`));
});
