import type { Disk, OpenFile } from "../ports/disk.ts";
import { parseLogLine } from "./cri-line.ts";

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/** Where the last `lines` lines of a file begin, without reading what stands before them. */
export async function tailPosition(file: OpenFile, lines: number, size: number): Promise<number> {
  if (lines === 0) return size;
  let found = 0;
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK);
    const chunk = await file.read(start, end - start);
    for (let index = chunk.length - 1; index >= 0; index--) {
      if (chunk[index] !== NEWLINE || start + index === size - 1) continue;
      found += 1;
      if (found === lines) return start + index + 1;
    }
    end = start;
  }
  return 0;
}

/** The text of the last lines of a container's log, cut to its last `limit` bytes. "" where there is no log. */
export async function lastLines(disk: Disk, path: string, lines: number, limit: number): Promise<string> {
  if (path === "" || (await disk.stat(path)) === undefined) return "";
  await using file = await disk.open(path);
  const size = await file.size();
  const position = Math.max(await tailPosition(file, lines, size), size - limit - CHUNK);
  const bytes = await file.read(position, size - position);
  const texts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = parseLogLine(bytes.subarray(start, end));
    if (line !== undefined) texts.push(line.text, ...(line.partial ? [] : [Uint8Array.of(NEWLINE)]));
    start = end + 1;
  }
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  const all = new Uint8Array(total);
  let filled = 0;
  for (const text of texts) {
    all.set(text, filled);
    filled += text.length;
  }
  return new TextDecoder().decode(all.subarray(Math.max(0, total - limit)));
}
