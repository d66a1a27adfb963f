import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack } from "tar-stream";
import { placesOf } from "../cluster/places.ts";
import { readRunning } from "../cluster/running.ts";
import { restoreSqlite } from "../host/node/sqlite/engine.ts";
import { requestAsAdmin } from "./api-access.ts";

/**
 * A backup is a tar: `wherry-backup.json` (what it is), `pki/…` (certificates and keys), and `snapshot` (the store at one
 * revision, with its records). Everything in it is for its owner alone.
 */
interface Manifest {
  readonly format: 1;
  readonly revision: number;
  readonly createdAt: string;
}

const MANIFEST = "wherry-backup.json";

/** Writes a backup of a running cluster; the file is whole or not there. */
export async function backUp(
  dataDirectory: string,
  file: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: number; readonly revision: number }> {
  const partial = `${file}.partial`;
  const snapshot = `${file}.snapshot`;
  try {
    const revision = await requestAsAdmin(
      dataDirectory,
      { method: "GET", target: "/wherry/v1/snapshot" },
      signal,
      async (answer) => {
        await pipeline(Readable.from(answer.body), createWriteStream(snapshot, { mode: 0o600 }));
        return Number(answer.headers["wherry-revision"]);
      },
    );
    const manifest: Manifest = { format: 1, revision, createdAt: new Date(Date.now()).toISOString() };
    await writeArchive(partial, manifest, placesOf(dataDirectory).pki, snapshot);
    await rename(partial, file);
    return { bytes: (await stat(file)).size, revision };
  } finally {
    await rm(snapshot, { force: true });
    await rm(partial, { force: true });
  }
}

async function writeArchive(target: string, manifest: Manifest, pki: string, snapshot: string): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(target, { mode: 0o600 }));
  const add = (name: string, content: Buffer) => archive.entry({ name, mode: 0o600 }, content);
  add(MANIFEST, Buffer.from(JSON.stringify(manifest)));
  for (const name of await readdir(pki)) add(`pki/${name}`, await readFile(join(pki, name)));
  const { size } = await stat(snapshot);
  await pipeline(createReadStream(snapshot), archive.entry({ name: "snapshot", mode: 0o600, size }));
  archive.finalize();
  await written;
}

/** Fills a data directory that holds no cluster. When it throws, the directory is as it was. */
export async function restoreBackup(dataDirectory: string, file: string): Promise<void> {
  const places = placesOf(dataDirectory);
  const running = await readRunning(dataDirectory);
  if (running !== undefined) {
    throw new Error(`a cluster runs on ${dataDirectory}, as process ${running.up.pid}: 'wherry reset' makes room`);
  }
  for (const taken of [places.store, places.pki]) {
    if (((await readdir(taken).catch(() => [])) as readonly string[]).length > 0) {
      throw new Error(
        `${dataDirectory} holds a cluster already: 'wherry reset' makes room, or choose another --data-dir`,
      );
    }
  }
  const { size } = await stat(file);
  if (size === 0) throw notBackup(file);
  const pki = `${places.pki}.restoring`;
  try {
    await mkdir(pki, { recursive: true, mode: 0o700 });
    await readBackup(file, pki, places.store);
    await rename(pki, places.pki);
  } catch (error) {
    await rm(pki, { recursive: true, force: true });
    await rm(places.store, { recursive: true, force: true });
    throw error;
  }
}

async function readBackup(file: string, pki: string, store: string): Promise<void> {
  const archive = extract();
  const source = createReadStream(file);
  source.on("error", (error) => archive.destroy(error));
  source.pipe(archive);
  let manifest: Manifest | undefined;
  let restored = false;
  try {
    for await (const entry of archive) {
      const { name } = entry.header;
      const content = entry as unknown as AsyncIterable<Uint8Array>;
      if (name === MANIFEST) manifest = JSON.parse((await whole(content)).toString()) as Manifest;
      if (manifest?.format !== 1) throw notBackup(file);
      if (name.startsWith("pki/")) await writeFile(join(pki, basename(name)), await whole(content), { mode: 0o600 });
      else if (name === "snapshot") {
        await restoreSqlite({ directory: store }, content);
        restored = true;
      }
      entry.resume();
    }
  } catch (error) {
    if (manifest?.format !== 1) throw notBackup(file);
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be restored, nothing was changed: it is cut off or damaged (${why})`, {
      cause: error,
    });
  }
  if (!restored) throw new Error(`${file} is cut off: it is not a whole backup`);
}

async function whole(entry: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function notBackup(file: string): Error {
  return new Error(`${file} is not a backup made by 'wherry backup', or one of a newer version`);
}
