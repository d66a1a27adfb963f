import { createHash } from "node:crypto";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { HostParts } from "../packages/find.ts";
import { PAUSE_IMAGE } from "./pause-image.ts";

/** Where one node's containerd keeps its things. */
export interface ContainerdPlaces {
  readonly directory: string;
  readonly root: string;
  readonly state: string;
  readonly socket: string;
  readonly configuration: string;
  readonly log: string;
  readonly processFile: string;
  /** FIFOs of commands run in containers. */
  readonly streams: string;
  /** Image volumes, a folder each sandbox. */
  readonly imageMounts: string;
  readonly cniConfiguration: string;
  readonly cniState: string;
  /** `HOST/hosts.toml` files that say how registries are reached; empty means as their names say. */
  readonly registries: string;
}

/** Unix socket addresses hold 107 bytes, and containerd appends `.ttrpc` to its own. */
const LONGEST_SOCKET_PATH = 100;

/** @param directory absolute */
export function containerdPlaces(directory: string): ContainerdPlaces {
  const socket = join(directory, "containerd.sock");
  const hash = createHash("sha256").update(directory).digest("hex").slice(0, 12);
  return {
    directory,
    root: join(directory, "root"),
    state: join(directory, "state"),
    socket: Buffer.byteLength(socket) <= LONGEST_SOCKET_PATH ? socket : `/run/wherry/${hash}/containerd.sock`,
    configuration: join(directory, "config.toml"),
    log: join(directory, "containerd.log"),
    processFile: join(directory, "containerd.pid"),
    streams: join(directory, "streams"),
    imageMounts: join(directory, "image-volumes"),
    cniConfiguration: join(directory, "cni", "net.d"),
    cniState: join(directory, "cni", "networks"),
    registries: join(directory, "registries.d"),
  };
}

/**
 * containerd's configuration file. It is of version 2, which containerd 1.6 reads as it is and 2.x migrates by itself when
 * it loads it.
 */
export async function containerdConfiguration(places: ContainerdPlaces, parts: HostParts): Promise<string> {
  return `version = 2
root = ${quoted(places.root)}
state = ${quoted(places.state)}
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.tracing.processor.v1.otlp"]

[debug]
  # At "info" every event is a line, and nobody cuts the file.
  level = "warn"

[grpc]
  address = ${quoted(places.socket)}
  max_recv_message_size = 16777216
  max_send_message_size = 16777216

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quoted(PAUSE_IMAGE)}
  # Without CAP_SYS_RESOURCE no process may lower its score, and sandboxes ask for -998.
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  # The machine's own /run/netns stays as it is, and one directory holds all that is ours.
  netns_mounts_under_state_dir = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${quoted(parts.cniDirectory)}
    conf_dir = ${quoted(places.cniConfiguration)}
    max_conf_num = 1
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${quoted(places.registries)}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${quoted(await snapshotter(places.directory))}
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = ${quoted(parts.ociRuntime.path)}
        SystemdCgroup = false
`;
}

const OVERLAYFS_MAGIC = 0x794c7630;

/** Overlays cannot be stacked on an overlay, as inside another container; there, layers are copied. */
export async function snapshotter(directory: string): Promise<"overlayfs" | "native"> {
  return (await statfs(directory)).type === OVERLAYFS_MAGIC ? "native" : "overlayfs";
}

/** A TOML basic string: JSON's escapes are a part of TOML's. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
