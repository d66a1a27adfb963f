import type { Container, VolumeMount } from "../../api/generated/core-v1.ts";
import type { Variable } from "../containers/environment.ts";
import { expand } from "../containers/expand.ts";
import type { Disk } from "../ports/disk.ts";
import type { Mount } from "../ports/runtime.ts";
import type { ReadyVolume } from "./plugin.ts";

/**
 * A container's mounts of its pod's volumes. A sub-path is made where it is missing, and may not lead out of its volume.
 * @param images the images that volumes hold, by the volumes' names; their sub-paths are the runtime's matter
 * @throws Error in Kubernetes' words
 */
export async function volumeMounts(
  container: Container,
  volumes: ReadonlyMap<string, ReadyVolume>,
  environment: readonly Variable[],
  disk: Disk,
  images: ReadonlyMap<string, string> = new Map(),
): Promise<readonly Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const volume = volumes.get(mount.name);
    if (volume === undefined) {
      throw new Error(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    }
    const subPath = subPathOf(mount, environment);
    const image = images.get(mount.name);
    mounts.push({
      ...(image === undefined ? {} : { image, ...(subPath === "" ? {} : { imageSubPath: subPath }) }),
      hostPath:
        subPath === "" || image !== undefined
          ? volume.hostPath
          : await subPathOnHost(disk, volume.hostPath, subPath, mount, container),
      containerPath: mount.mountPath.startsWith("/") ? mount.mountPath : `/${mount.mountPath}`,
      readOnly: volume.readOnly || mount.readOnly === true,
      recursiveReadOnly: mount.recursiveReadOnly === "Enabled",
      propagation: PROPAGATIONS[mount.mountPropagation ?? "None"] ?? "private",
      selinuxRelabel: false,
    });
  }
  return mounts;
}

const PROPAGATIONS: Readonly<Record<string, Mount["propagation"]>> = {
  None: "private",
  HostToContainer: "host-to-container",
  Bidirectional: "bidirectional",
};

function subPathOf({ subPath = "", subPathExpr = "" }: VolumeMount, environment: readonly Variable[]): string {
  if (subPathExpr === "") return checked(subPath);
  const missing = new Set<string>();
  const expanded = expand(subPathExpr, (name) => {
    const value = environment.find((variable) => variable.name === name)?.value ?? "";
    if (value === "") missing.add(name);
    return value;
  });
  if (missing.size > 0) throw new Error(`missing value for ${[...missing].toSorted().join(", ")}`);
  return checked(expanded);
}

function checked(subPath: string): string {
  if (subPath.startsWith("/")) throw new Error(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split("/").includes("..")) {
    throw new Error(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  }
  return subPath;
}

/** Details of the node's file system are kept from the user, as Kubernetes does. */
async function subPathOnHost(
  disk: Disk,
  volumePath: string,
  subPath: string,
  mount: VolumeMount,
  container: Container,
): Promise<string> {
  const where = `for volumeMount "${mount.name}" of container "${container.name}"`;
  const path = `${volumePath}/${subPath}`;
  const root = await disk.realPath(volumePath);
  if ((await disk.realPath(path)) === undefined) {
    const parent = await nearestExisting(disk, volumePath, subPath);
    const mode = (await disk.stat(root ?? volumePath))?.mode;
    if (parent === undefined || mode === undefined || !within(parent, root)) {
      throw new Error(`failed to create subPath directory ${where}`);
    }
    await disk.makeDirectory(path, mode);
  }
  const real = await disk.realPath(path);
  if (real === undefined || !within(real, root)) throw new Error(`failed to prepare subPath ${where}`);
  return real;
}

async function nearestExisting(disk: Disk, volumePath: string, subPath: string): Promise<string | undefined> {
  const parts = subPath.split("/");
  while (parts.length > 0) {
    parts.pop();
    const real = await disk.realPath([volumePath, ...parts].join("/"));
    if (real !== undefined) return real;
  }
  return undefined;
}

function within(path: string, root: string | undefined): boolean {
  return root !== undefined && (path === root || path.startsWith(`${root}/`));
}
