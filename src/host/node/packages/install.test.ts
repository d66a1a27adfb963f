import assert from "node:assert/strict";
import { test } from "node:test";
import { findHostParts } from "./find.ts";
import { MissingPartsError, shellText } from "./install.ts";

test("packages: the command for the user is one line of their package manager", () => {
  const packages = ["containerd", "runc"];
  assert.equal(
    shellText({ packageManager: "apt-get", packages }, true),
    "sudo apt-get update && sudo apt-get install --no-install-recommends -y containerd runc",
  );
  assert.equal(shellText({ packageManager: "apk", packages }, false), "apk add containerd runc");
  assert.equal(
    shellText({ packageManager: "dnf", packages }, false),
    "dnf install -y --setopt=install_weak_deps=False containerd runc",
  );
});

test("packages: the error says what is missing and what to type", () => {
  const error = new MissingPartsError(["nft", "cni"], "sudo apt-get install nftables");
  assert.equal(error.message, "missing on this machine: nft, cni; install them with: sudo apt-get install nftables");
});

test("packages: looking gives all paths, or the names of what is missing", async () => {
  const { parts, missing } = await findHostParts();
  if (parts === undefined) assert.notEqual(missing.length, 0);
  else
    for (const path of [parts.containerd, parts.ociRuntime.path, parts.cniDirectory, parts.nft])
      assert.match(path, /^\//);
});
