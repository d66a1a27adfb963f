import { posix } from "node:path";
import type { DebianOptions } from "./debian.ts";
import { fetchPackages, libraryPackages, mergedPath, packageFiles } from "./debian.ts";
import { neededLibraries } from "./elf.ts";
import type { FileEntry } from "./layer.ts";

/** Which files of which packages make up a program. */
export interface ProgramRecipe {
  readonly packages: readonly string[];
  /** Of the packages' files, only those whose path matches. The libraries that they load come along by themselves. */
  readonly files: RegExp;
  /** Library packages that the chosen files do not load, spared because they are large. */
  readonly withoutLibraries?: RegExp;
}

/** The program's files and the libraries that they load, and the libraries that those load. Throws when one is not found. */
export async function programFiles(recipe: ProgramRecipe, options: DebianOptions): Promise<readonly FileEntry[]> {
  const own = await packageFiles(recipe.packages, options);
  const chosen = own.filter(({ path }) => recipe.files.test(path));
  const libraries = await packageFiles(await librariesOf(recipe, options), options);
  const result = new Map(chosen.map((file) => [file.path, file]));
  const waiting = [...chosen];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const needed of filesNeededBy(file, [...own, ...libraries])) {
      if (result.has(needed.path)) continue;
      result.set(needed.path, needed);
      waiting.push(needed);
    }
  }
  return [...result.values()];
}

/** Fetches the packages of all the recipes at once, which is quicker than one after another. */
export async function fetchPrograms(recipes: readonly ProgramRecipe[], options: DebianOptions): Promise<void> {
  const libraries = await Promise.all(recipes.map((recipe) => librariesOf(recipe, options)));
  await fetchPackages([...new Set([...recipes.flatMap(({ packages }) => packages), ...libraries.flat()])], options);
}

function librariesOf(
  { packages, withoutLibraries }: ProgramRecipe,
  options: DebianOptions,
): Promise<readonly string[]> {
  return libraryPackages(packages, withoutLibraries, options);
}

/** What a file needs: the target of a link, or the libraries of a program. */
function filesNeededBy(file: FileEntry, known: readonly FileEntry[]): readonly FileEntry[] {
  if (file.type === "symlink") {
    const target = mergedPath(posix.resolve("/", posix.dirname(file.path), file.target));
    return known.filter(({ path }) => path === target);
  }
  if (file.type !== "file") return [];
  return neededLibraries(file.content).map((name) => {
    const found = name.startsWith("/")
      ? known.find(({ path }) => path === mergedPath(name))
      : known.find(({ path }) => LIBRARY_PATH.test(path) && posix.basename(path) === name);
    if (found === undefined) throw new Error(`no package of the recipe has ${name}, which ${file.path} needs`);
    return found;
  });
}

const LIBRARY_PATH = /^usr\/lib\/([^/]+\/)?[^/]+$/;
