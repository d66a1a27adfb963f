import { mkdir, readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../disk/whole-file.ts";

/** Who made the rules, routes and addresses of a machine. There is one set of them, whatever runs on the machine. */
export interface NetworkOwner {
  /** Absolute. */
  readonly dataDirectory: string;
  readonly nodeName: string;
}

/** Gone after a boot, as are rules and routes. */
const DIRECTORY = "/run/wherry/networks";

/** Notes who makes rules and routes from now on: what is there of others is taken over. */
export async function claimNetwork(owner: NetworkOwner, directory = DIRECTORY): Promise<void> {
  const file = await fileOf(directory);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  replaceFile(file, JSON.stringify(owner), 0o644);
}

/** Who made what there is; undefined where nobody noted it. */
export async function networkOwner(directory = DIRECTORY): Promise<NetworkOwner | undefined> {
  try {
    return JSON.parse(await readFile(await fileOf(directory), "utf8")) as NetworkOwner;
  } catch {
    return undefined;
  }
}

/** Called when all of it has been removed. */
export async function releaseNetwork(directory = DIRECTORY): Promise<void> {
  await rm(await fileOf(directory), { force: true });
}

/** A machine is a network namespace here: several may share the files of one. */
async function fileOf(directory: string): Promise<string> {
  const namespace = /\d+/.exec(await readlink("/proc/self/ns/net"))?.[0] ?? "0";
  return join(directory, `${namespace}.json`);
}
