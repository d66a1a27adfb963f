import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runTool, ToolError } from "./nft.ts";
import { NftSession } from "./nft-session.ts";
import { labObstacle } from "./testing/lab.ts";

const skip = (await labObstacle()) ?? false;
const { signal } = new AbortController();

test("nft session: transactions are carried out whole, one after the other, or refused whole", { skip }, async () => {
  await using network = await openNetwork();
  using session = new NftSession(network.nft);
  await session.run("add table ip here\nadd chain ip here one\n", signal);
  const refused = session.run("add chain ip here two\nadd rule ip nowhere two accept\n", signal);
  await assert.rejects(
    refused,
    (error) => error instanceof ToolError && /No such file or directory/.test(error.stderr),
  );
  await assert.rejects(session.run("add nonsense\n", signal), /syntax error/);
  assert.deepEqual(await network.chains(), ["one"]);
  // More than one nft is told, and one that is too long for it.
  const names = Array.from({ length: 600 }, (_, index) => `chain-${index}`);
  for (const name of names) await session.run(`add chain ip here ${name}\n`, signal);
  await session.run(names.map((name) => `delete chain ip here ${name}\n`).join(""), signal);
  assert.deepEqual(await network.chains(), ["one"]);
});

test("nft session: who waits no longer is told so, and the next one finds another nft", { skip }, async () => {
  await using network = await openNetwork();
  using session = new NftSession(network.nft);
  await session.run("add table ip here\n", signal);
  const controller = new AbortController();
  const waiting = session.run("add chain ip here one\n", controller.signal);
  controller.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  await session.run("add chain ip here two\n", signal);
  assert((await network.chains()).includes("two"));
});

test("nft session: where nft does not stay, each transaction gets its own", { skip }, async () => {
  await using network = await openNetwork();
  const directory = mkdtempSync(join(tmpdir(), "wherry-nft-"));
  try {
    const program = join(directory, "nft");
    writeFileSync(program, `#!/bin/sh\n[ "$1" != -i ] || exit 1\nexec ${network.nft.join(" ")} "$@"\n`, {
      mode: 0o755,
    });
    using session = new NftSession([program]);
    await session.run("add table ip here\n", signal);
    await session.run("add chain ip here one\n", signal);
    assert.deepEqual(await network.chains(), ["one"]);
    await assert.rejects(session.run("add nonsense\n", signal), ToolError);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

async function openNetwork() {
  const name = `wherry-nft-${process.pid}`;
  await runTool(["ip", "netns", "add", name], { signal });
  const nft = ["nsenter", `--net=/run/netns/${name}`, "nft"];
  return {
    nft,
    async chains(): Promise<readonly string[]> {
      const text = await runTool([...nft, "list", "table", "ip", "here"], { signal });
      return [...text.matchAll(/chain (\S+)/g)].map(([, chain]) => chain!);
    },
    [Symbol.asyncDispose]: async () => void (await runTool(["ip", "netns", "delete", name], { signal })),
  };
}
