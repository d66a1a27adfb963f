import { createHash } from "node:crypto";
import { access, mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { imageName } from "../../src/host/node/containerd/image-name.ts";
import { packTar } from "../../src/host/node/containerd/tar.ts";
import { runOrThrow } from "../../src/host/node/packages/run.ts";
import type { DebianOptions } from "./debian.ts";
import { buildLayer, digestOf, symlink } from "./layer.ts";
import type { FileEntry, Layer } from "./layer.ts";
import { fetchPrograms, programFiles } from "./programs.ts";
import type { ImageRecipe, ImageTable } from "./table.ts";
import { baseFiles, busyboxRecipe, DOCUMENT_IMAGES } from "./table.ts";

export interface BuildOptions {
  /** One line for people about what goes on. */
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Absolute; the project's `.cache/images` when absent. */
  readonly cacheDirectory?: string;
  /** The documents' images when absent. */
  readonly table?: ImageTable;
}

/**
 * Builds images of a table, named as users name them (`nginx`, `redis:3.2`), as OCI tars, and returns their absolute paths in
 * the same order. What was built before is taken from the cache. Needs apt and its mirror the first time, and no root.
 * Throws for a name that the table does not have.
 */
export async function buildImages(names: readonly string[], options: BuildOptions): Promise<readonly string[]> {
  const { progress, signal = new AbortController().signal } = options;
  const { cacheDirectory = DEFAULT_CACHE, table = DOCUMENT_IMAGES } = options;
  const recipes = names.map((name) => recipeNamed(name, table));
  await mkdir(cacheDirectory, { recursive: true });
  const builder = createBuilder({ progress, signal, cacheDirectory });
  const recipesVersion = await versionOfRecipes(table);
  const pathOf = ({ name }: ImageRecipe) => join(cacheDirectory, `${fileStart(name)}-${recipesVersion}.tar`);
  const there = await Promise.all(recipes.map((recipe) => exists(pathOf(recipe))));
  const missing = recipes.filter((_, index) => !there[index]);
  if (missing.length > 0) await builder.fetch(missing);
  await Promise.all(
    missing.map(async (recipe) => {
      const path = pathOf(recipe);
      progress(`Building the image ${recipe.name}`);
      await writeFile(`${path}.${process.pid}`, await builder.image(recipe));
      await rename(`${path}.${process.pid}`, path);
      await removeOlder(cacheDirectory, recipe, path);
    }),
  );
  return recipes.map(pathOf);
}

/** The names of all images that the documents have. */
export const imageNames: readonly string[] = DOCUMENT_IMAGES.recipes.map(({ name }) => name);

const DEFAULT_CACHE = fileURLToPath(new URL("../../.cache/images", import.meta.url));

function recipeNamed(name: string, { recipes }: ImageTable): ImageRecipe {
  const recipe = recipes.find((item) => imageName(item.name) === imageName(name));
  if (recipe !== undefined) return recipe;
  throw new Error(`no recipe for the image "${name}"; there are ${recipes.map((item) => item.name).join(", ")}`);
}

/** Makes each layer once, however many images have it. */
function createBuilder(options: DebianOptions) {
  const layers = new Map<unknown, Promise<Layer>>();
  const once = (key: unknown, make: () => Promise<Layer>) => {
    const known = layers.get(key) ?? make();
    layers.set(key, known);
    return known;
  };
  const layerOf = (recipe: ImageRecipe["layers"][number]) =>
    once(recipe, async () =>
      buildLayer(await (typeof recipe === "function" ? recipe() : programFiles(recipe, options))),
    );
  return {
    async fetch(recipes: readonly ImageRecipe[]): Promise<void> {
      const programs = recipes.flatMap((recipe) => recipe.layers).filter((layer) => typeof layer !== "function");
      await fetchPrograms([...new Set([busyboxRecipe, ...programs])], options);
    },
    async image(recipe: ImageRecipe): Promise<Buffer> {
      const base = recipe.bare === true ? [] : [once(baseFiles, () => baseLayer(options))];
      return await imageTar(recipe, await Promise.all([...base, ...recipe.layers.map(layerOf)]));
    },
  };
}

async function baseLayer(options: DebianOptions): Promise<Layer> {
  const files = await programFiles(busyboxRecipe, options);
  const busybox = files.find((file) => file.path === "usr/bin/busybox");
  if (busybox?.type !== "file") throw new Error("the package busybox has no /bin/busybox");
  return await buildLayer([...files, ...baseFiles(), ...(await appletLinks(busybox.content, options))]);
}

/** Applets that are replaced, or that would hide a program of the same name. */
const NO_LINK = new Set(["wget", "busybox"]);

async function appletLinks(busybox: Buffer, { cacheDirectory, signal }: DebianOptions): Promise<readonly FileEntry[]> {
  const program = join(cacheDirectory, "busybox");
  await writeFile(`${program}.${process.pid}`, busybox, { mode: 0o755 });
  await rename(`${program}.${process.pid}`, program);
  const applets = (await runOrThrow([program, "--list"], { signal })).split("\n").filter((name) => name !== "");
  return applets.filter((name) => !NO_LINK.has(name)).map((name) => symlink(`usr/bin/${name}`, "busybox"));
}

async function imageTar({ name, config }: ImageRecipe, layers: readonly Layer[]): Promise<Buffer> {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const configuration = json({
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config,
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: `wherry image ${name}` })),
  });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = json({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...sized(configuration) },
    layers: layers.map(({ tar, digest }) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest,
      size: tar.length,
    })),
  });
  const annotations = {
    "io.containerd.image.name": imageName(name),
    "org.opencontainers.image.ref.name": imageName(name),
  };
  const platform = { architecture, os: "linux" };
  const index = json({ schemaVersion: 2, manifests: [{ mediaType, ...sized(manifest), annotations, platform }] });
  return await packTar([
    { name: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }) },
    { name: "index.json", content: index },
    ...[manifest, configuration, ...layers.map(({ tar }) => tar)].map((content) => ({
      name: `blobs/sha256/${digestOf(content).slice("sha256:".length)}`,
      content,
    })),
  ]);
}

function sized(bytes: Buffer): { readonly digest: string; readonly size: number } {
  return { digest: digestOf(bytes), size: bytes.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** What other versions of the recipes made under the same name. */
async function removeOlder(directory: string, { name }: ImageRecipe, kept: string): Promise<void> {
  const start = `${fileStart(name)}-`;
  for (const file of await readdir(directory)) {
    if (file.startsWith(start) && join(directory, file) !== kept) await rm(join(directory, file), { force: true });
  }
}

function fileStart(name: string): string {
  return name.replace(/[/:]/g, "_");
}

/** Changes with the recipes and their files, so that what was built by others is built anew. */
async function versionOfRecipes({ sources }: ImageTable): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  const hash = createHash("sha256");
  for (const source of [here, join(here, "files"), ...sources]) {
    for (const path of await filesOf(source)) hash.update(`${basename(path)}\n`).update(await readFile(path));
  }
  return hash.digest("hex").slice(0, 12);
}

/** A file, or what lies in a folder, in order of the names. */
async function filesOf(source: string): Promise<readonly string[]> {
  if (!(await stat(source)).isDirectory()) return [source];
  const files = (await readdir(source, { withFileTypes: true })).filter((entry) => entry.isFile());
  const names = files.map(({ name }) => name).filter((name) => !/\.(md|test\.ts)$/.test(name));
  return names.toSorted().map((name) => join(source, name));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
