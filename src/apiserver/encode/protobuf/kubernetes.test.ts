import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../../machinery/json.ts";
import { protobufOf } from "./answers.ts";
import { decodeProtobuf, type TypeMeta } from "./envelope.ts";
import { shapeOf } from "./shapes.ts";

const API = "k8s.io/api@v0.36.3";
const folder = testData();

test(
  "protobuf: every kind of Kubernetes' own test data is read and written byte for byte",
  {
    skip:
      folder === undefined ? `Go and its module ${API} are needed: nothing of Kubernetes' test data is tested` : false,
  },
  () => {
    const files = readdirSync(folder!).filter((name) => name.endsWith(".pb"));
    const leftOut: string[] = [];
    for (const file of files) {
      const object = JSON.parse(readFileSync(join(folder!, file.replace(/pb$/, "json")), "utf8")) as TypeMeta &
        JsonObject;
      // A WatchEvent does not say what it is: it never stands in an envelope.
      if (file === "core.v1.WatchEvent.pb") continue;
      if (shapeOf(object.apiVersion, object.kind) === undefined) {
        leftOut.push(file);
        continue;
      }
      const bytes = readFileSync(join(folder!, file));
      assert.deepEqual(decodeProtobuf(bytes), object, file);
      assert(bytes.equals(protobufOf(object)), `${file} is written differently`);
    }
    assert(files.length - leftOut.length >= 118, `${files.length - leftOut.length} kinds were tested`);
    // What Kubernetes no longer serves, or not unless it is asked to, has no shape: previews, all of them.
    assert.deepEqual(
      leftOut.filter((file) => !/\.v\d+(?:alpha|beta)\d+\.\w+\.pb$/.test(file)),
      [],
    );
  },
);

/** The folder of the module's data; it is fetched if it has not been. */
function testData(): string | undefined {
  try {
    const told = execFileSync("go", ["mod", "download", "-json", API], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      env: { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    return join((JSON.parse(told) as { readonly Dir: string }).Dir, "testdata/HEAD");
  } catch {
    return undefined;
  }
}
