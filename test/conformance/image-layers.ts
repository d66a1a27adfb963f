import { readFile } from "node:fs/promises";
import { directory, type FileEntry, symlink, textFile } from "../../tools/images/layer.ts";
import type { ProgramRecipe } from "../../tools/images/programs.ts";
import { curl, type FilesRecipe, type ImageRecipe } from "../../tools/images/table.ts";
import { buildReference, referenceFile } from "../../tools/reference/build.ts";
import type { ProgramName } from "../../tools/reference/programs.ts";

// What the images of the specs are made of. Images share the layers of the same recipe, so each stands here once.

const shellPrograms: ProgramRecipe = {
  packages: ["bash", "libc-bin"],
  files: /^usr\/bin\/(bash|getent)$/,
};

/** What every image has above the base: specs look up hosts and users, and some read the name of the system. */
export const shell: ImageRecipe["layers"] = [shellPrograms, shellFiles];

export const dig: ProgramRecipe = {
  packages: ["bind9-dnsutils", "bind9-host", "bind9-libs"],
  files: /^usr\/bin\/(dig|nslookup|host)$/,
};

export const ipc: ProgramRecipe = { packages: ["util-linux"], files: /^usr\/bin\/ipc(s|mk|rm)$/ };

export const stress: ProgramRecipe = { packages: ["stress"], files: /^usr\/bin\/stress$/ };

const network: ProgramRecipe = {
  packages: ["netcat-openbsd", "iproute2", "iperf"],
  files: /^usr\/(bin\/(nc\.openbsd|ss|iperf)|s?bin\/ip)$/,
};

/** The image that most specs use, whatever its tag. */
export const agnhost: ImageRecipe["layers"] = [
  ...shell,
  curl,
  dig,
  ipc,
  network,
  program("agnhost", "agnhost"),
  agnhostFiles,
];

/** The web server's root is the image's own: specs ask it for the certificate. */
async function agnhostFiles(): Promise<readonly FileEntry[]> {
  const porter = (name: string) => referenceFile(`test/images/agnhost/porter/${name}`);
  return [
    binary("localhost.crt", await porter("localhost.crt"), 0o644),
    binary("localhost.key", await porter("localhost.key"), 0o644),
    symlink("agnhost-2", "agnhost"),
    symlink("usr/bin/nc", "nc.openbsd"),
    directory("uploads", 0o777),
  ];
}

/** A Go program of Kubernetes' own at a path of the image. */
export function program(name: ProgramName, path: string, mode = 0o755): FilesRecipe {
  return async () => {
    const built = await buildReference([name], { progress: () => {} });
    return [binary(path, await readFile(built[name]), mode)];
  };
}

export function binary(path: string, content: Buffer, mode = 0o755): FileEntry {
  return { type: "file", path, mode, uid: 0, gid: 0, content };
}

function shellFiles(): readonly FileEntry[] {
  return [
    textFile("usr/bin/sh", SHELL, 0o755),
    textFile("etc/os-release", 'NAME="Alpine Linux"\nID=alpine\nPRETTY_NAME="Alpine Linux, as the specs call it"\n'),
    textFile("etc/passwd", PASSWD),
    textFile("etc/group", GROUP),
  ];
}

/**
 * Specs expect the words of busybox's shell; but Debian's drops variables with names such as `data-1`, which some specs set and
 * then look for. Where there is such a name, bash is the shell.
 */
const SHELL = `#!/bin/bash
while IFS= read -r -d '' variable; do
  case \${variable%%=*} in
    [0-9]* | *[!A-Za-z0-9_]*) exec -a "$0" /bin/bash "$@" ;;
  esac
done < /proc/self/environ
exec -a "$0" /bin/busybox "$@"
`;

const PASSWD = `root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/bin/false
nginx:x:101:102:nginx:/nonexistent:/bin/false
user-defined-in-image:x:1000:1000::/home:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
`;

const GROUP = `root:x:0:
www-data:x:33:
nginx:x:102:
user-defined-in-image:x:1000:
group-defined-in-image:x:50000:user-defined-in-image
nogroup:x:65534:
`;
