import type { ApiResponse } from "../../apiserver/http.ts";
import type { Disk } from "../ports/disk.ts";
import { notFound } from "./responses.ts";

/** Where the machine's own logs lie. */
const FOLDER = "/var/log";
const CHUNK_BYTES = 64 * 1024;

/** `GET /logs/<path>`: the machine's own logs; folders as a page of links. What lies elsewhere is not shown, whatever links say. */
export async function machineLogs(disk: Disk | undefined, path: readonly string[]): Promise<ApiResponse> {
  const root = await disk?.realPath(FOLDER);
  const real = path.includes("..") ? undefined : await disk?.realPath([FOLDER, ...path].join("/"));
  if (disk === undefined || root === undefined || real === undefined) return notFound();
  if (real !== root && !real.startsWith(`${root}/`)) return notFound();
  const facts = await disk.stat(real);
  if (facts?.type === "directory") return await folder(disk, real);
  if (facts?.type !== "file") return notFound();
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return { status: 200, headers, body: { type: "chunks", chunks: contentOf(disk, real) } };
}

async function folder(disk: Disk, path: string): Promise<ApiResponse> {
  const names = await disk.list(path);
  const links = await Promise.all(
    names.map(async (name) => {
      const shown = (await disk.stat(`${path}/${name}`))?.type === "directory" ? `${name}/` : name;
      return `<a href="${encodeURIComponent(name)}${shown.slice(name.length)}">${escaped(shown)}</a>`;
    }),
  );
  const page = ["<!doctype html>", "<pre>", ...links, "</pre>", ""].join("\n");
  const headers = { "content-type": "text/html; charset=utf-8" };
  return { status: 200, headers, body: new TextEncoder().encode(page) };
}

/** As far as it is written now. */
async function* contentOf(disk: Disk, path: string): AsyncIterable<readonly Uint8Array[]> {
  await using file = await disk.open(path);
  const end = await file.size();
  for (let at = 0; at < end;) {
    const bytes = await file.read(at, Math.min(CHUNK_BYTES, end - at));
    if (bytes.length === 0) return;
    at += bytes.length;
    yield [bytes];
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;");
}
