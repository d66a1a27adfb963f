import { pack } from "tar-stream";

export interface TarFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly mode?: number;
}

/** A tar of plain files owned by root, without dates, so that the same files give the same bytes. */
export async function packTar(files: readonly TarFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content, mode = 0o644 } of files) {
    archive.entry({ name, mode, mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(content));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
