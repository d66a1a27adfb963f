import { posix } from "node:path";

export interface ArchiveEntry {
  readonly name: string;
  readonly size: number;
  /** The entry this one is a link to. */
  readonly linkName: string | undefined;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Where an archive's blobs go. */
export interface ArchiveSink {
  /** A large blob, while it is being read; `digest` is undefined where the archive does not tell it. Returns the digest. */
  writeStream(digest: string | undefined, size: number, content: AsyncIterable<Uint8Array>): Promise<string>;
  /** A small document, with the labels that keep what it refers to. Returns its digest. */
  write(bytes: Uint8Array, labels: Readonly<Record<string, string>>): Promise<string>;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageToCreate {
  /** As the archive has it, perhaps short. */
  readonly name: string;
  readonly target: Descriptor;
  /** The digest of the configuration, which is CRI's id of the image; undefined for images of several platforms. */
  readonly configDigest: string | undefined;
}

/**
 * Reads an archive once, front to back: an OCI layout (`index.json`) or what `docker save` wrote before version 25
 * (`manifest.json`). Blobs stream through; documents are kept, because they come in any order, and are written at the end.
 */
export async function readArchive(
  entries: AsyncIterable<ArchiveEntry>,
  sink: ArchiveSink,
): Promise<readonly ImageToCreate[]> {
  const archive = await readEntries(entries, sink);
  const index = archive.documents.get("index.json");
  const fromIndex = index === undefined ? [] : await imagesOfIndex(archive, parse<IndexDocument>(index), sink);
  if (fromIndex.length > 0) return fromIndex;
  const list = archive.documents.get("manifest.json");
  const fromList = list === undefined ? [] : await imagesOfDocker(archive, parse<readonly DockerImage[]>(list), sink);
  if (fromList.length > 0) return fromList;
  throw new Error("the archive holds no named image: it has neither a usable index.json nor manifest.json");
}

interface Archive {
  /** By the entry's name. */
  readonly documents: ReadonlyMap<string, Uint8Array>;
  readonly blobs: ReadonlyMap<string, StoredBlob>;
  readonly links: ReadonlyMap<string, string>;
}

interface StoredBlob {
  readonly digest: string;
  readonly size: number;
  readonly gzipped: boolean;
}

interface IndexDocument {
  readonly manifests: readonly Descriptor[];
}

interface ManifestDocument {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** One item of Docker's `manifest.json`; paths within the archive. */
interface DockerImage {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

const LARGEST_DOCUMENT = 8 * 1024 * 1024;
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";
const GC_LABEL = "containerd.io/gc.ref.content";

async function readEntries(entries: AsyncIterable<ArchiveEntry>, sink: ArchiveSink): Promise<Archive> {
  const documents = new Map<string, Uint8Array>();
  const blobs = new Map<string, StoredBlob>();
  const links = new Map<string, string>();
  for await (const { name, size, linkName, content } of entries) {
    const [head, whole] = await peek(content);
    if (linkName !== undefined) {
      links.set(name, posix.join(posix.dirname(name), linkName));
    } else if (size <= LARGEST_DOCUMENT && (head[0] === 0x7b || head[0] === 0x5b)) {
      documents.set(name, await joined(whole));
    } else {
      const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
      const isLayer = hex !== undefined || /\.tar(\.gz)?$/.test(name);
      if (!isLayer) {
        await joined(whole);
        continue;
      }
      const digest = await sink.writeStream(hex && `sha256:${hex}`, size, whole);
      blobs.set(name, { digest, size, gzipped: head[0] === 0x1f && head[1] === 0x8b });
    }
  }
  return { documents, blobs, links };
}

async function imagesOfIndex(archive: Archive, index: IndexDocument, sink: ArchiveSink): Promise<ImageToCreate[]> {
  const images: ImageToCreate[] = [];
  for (const target of index.manifests) {
    const name = nameOf(target);
    if (name === undefined) continue;
    const configDigest = await writeTree(archive, target, sink);
    images.push({ name, target, configDigest });
  }
  return images;
}

/** A full name first: many tools put only a tag into the other annotation. */
function nameOf({ annotations = {} }: Descriptor): string | undefined {
  const full = annotations["io.containerd.image.name"];
  if (full !== undefined) return full;
  const name = annotations["org.opencontainers.image.ref.name"];
  return name !== undefined && /[:/]/.test(name) ? name : undefined;
}

/** Writes a manifest, or an index with those of its manifests that the archive has; returns a manifest's configuration. */
async function writeTree(archive: Archive, { digest }: Descriptor, sink: ArchiveSink): Promise<string | undefined> {
  const bytes = documentOf(archive, digest);
  if (bytes === undefined) throw new Error(`the archive lacks the blob ${digest}`);
  const document = parse<Partial<IndexDocument & ManifestDocument>>(bytes);
  const labels: Record<string, string> = {};
  if (document.manifests !== undefined) {
    for (const [position, child] of document.manifests.entries()) {
      if (documentOf(archive, child.digest) === undefined) continue;
      await writeTree(archive, child, sink);
      labels[`${GC_LABEL}.m.${position}`] = child.digest;
    }
    await sink.write(bytes, labels);
    return undefined;
  }
  const { config, layers } = document as ManifestDocument;
  const configuration = documentOf(archive, config.digest);
  if (configuration !== undefined) await sink.write(configuration, {});
  await sink.write(bytes, manifestLabels(config.digest, layers));
  return config.digest;
}

async function imagesOfDocker(
  archive: Archive,
  list: readonly DockerImage[],
  sink: ArchiveSink,
): Promise<ImageToCreate[]> {
  const images: ImageToCreate[] = [];
  for (const { Config, RepoTags, Layers } of list) {
    const configuration = archive.documents.get(Config);
    if (configuration === undefined) throw new Error(`the archive lacks ${Config}`);
    const configDigest = await sink.write(configuration, {});
    const layers = Layers.map((path) => layerDescriptor(archive, path));
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST_TYPE,
        config: { mediaType: CONFIG_TYPE, digest: configDigest, size: configuration.length },
        layers,
      }),
    );
    const digest = await sink.write(manifest, manifestLabels(configDigest, layers));
    const target = { mediaType: MANIFEST_TYPE, digest, size: manifest.length };
    for (const name of RepoTags ?? []) images.push({ name, target, configDigest });
  }
  return images;
}

/** Layers that several images share are links to the first one. */
function layerDescriptor(archive: Archive, path: string): Descriptor {
  const blob = archive.blobs.get(path) ?? archive.blobs.get(archive.links.get(path) ?? "");
  if (blob === undefined) throw new Error(`the archive lacks ${path}`);
  return { mediaType: blob.gzipped ? `${LAYER_TYPE}+gzip` : LAYER_TYPE, digest: blob.digest, size: blob.size };
}

/** What keeps a manifest's blobs from being collected. */
function manifestLabels(configDigest: string, layers: readonly Descriptor[]): Record<string, string> {
  const labels: Record<string, string> = { [`${GC_LABEL}.config`]: configDigest };
  for (const [position, layer] of layers.entries()) labels[`${GC_LABEL}.l.${position}`] = layer.digest;
  return labels;
}

function documentOf({ documents }: Archive, digest: string): Uint8Array | undefined {
  return documents.get(`blobs/${digest.replace(":", "/")}`);
}

function parse<Document>(bytes: Uint8Array): Document {
  return JSON.parse(new TextDecoder().decode(bytes)) as Document;
}

/** The first bytes, and the whole again. */
async function peek(content: AsyncIterable<Uint8Array>): Promise<[Uint8Array, AsyncIterable<Uint8Array>]> {
  const iterator = content[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return [new Uint8Array(), none()];
  return [first.value, withFirst(first.value, iterator)];
}

/** What was taken from an iterator, and then the rest of it. */
export async function* withFirst(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function joined(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
