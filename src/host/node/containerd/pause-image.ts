import { createHash } from "node:crypto";
import { packTar } from "./tar.ts";

/** The name under which containerd finds the image of every sandbox's first process. */
export const PAUSE_IMAGE = "localhost/wherry/pause:1";

/**
 * The image of a sandbox's first process, as an OCI image tar made from nothing: a static program that ignores SIGCHLD, so that
 * the kernel reaps the orphans of a shared process namespace, and then sleeps for ever.
 */
export async function pauseImage(machine: string = process.arch): Promise<Buffer> {
  const program = pauseProgram(machine);
  const layer = await packTar([{ name: "pause", mode: 0o755, content: program }]);
  const architecture = machine === "arm64" ? "arm64" : "amd64";
  const config = json({
    architecture,
    os: "linux",
    config: { Entrypoint: ["/pause"], User: "65535:65535", WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: [digest(layer)] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digest(config), size: config.length },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: digest(layer), size: layer.length }],
  });
  const index = json({
    schemaVersion: 2,
    manifests: [
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: digest(manifest),
        size: manifest.length,
        annotations: { "io.containerd.image.name": PAUSE_IMAGE },
        platform: { architecture, os: "linux" },
      },
    ],
  });
  return await packTar([
    { name: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }) },
    ...[layer, config, manifest].map((blob) => ({ name: `blobs/sha256/${digest(blob).slice(7)}`, content: blob })),
    { name: "index.json", content: index },
  ]);
}

const SIGCHLD = 17;
const HEADERS_BYTES = 64 + 56;
const LOAD_ADDRESS = 0x400000n;

/** A static ELF program of one segment: headers, code, and the `sigaction` that it passes to the kernel. */
export function pauseProgram(machine: string): Buffer {
  const { elfMachine, code } = machine === "arm64" ? arm64 : x64;
  const sigaction = Buffer.alloc(32);
  sigaction.writeBigUInt64LE(1n, 0); // SIG_IGN
  const body = Buffer.concat([code, sigaction]);
  const header = Buffer.alloc(HEADERS_BYTES);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little-endian, version 1
  header.writeUInt16LE(2, 16); // executable
  header.writeUInt16LE(elfMachine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(LOAD_ADDRESS + BigInt(HEADERS_BYTES), 24); // where it starts
  header.writeBigUInt64LE(64n, 32); // the program header follows
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64); // a segment to load
  header.writeUInt32LE(5, 68); // readable and executable
  header.writeBigUInt64LE(LOAD_ADDRESS, 80);
  header.writeBigUInt64LE(LOAD_ADDRESS, 88);
  header.writeBigUInt64LE(BigInt(HEADERS_BYTES + body.length), 96);
  header.writeBigUInt64LE(BigInt(HEADERS_BYTES + body.length), 104);
  header.writeBigUInt64LE(0x10000n, 112);
  return Buffer.concat([header, body]);
}

// rt_sigaction(SIGCHLD, &ignore, NULL, 8); then pause() again and again.
const x64 = {
  elfMachine: 62,
  code: Buffer.from(
    [
      "b80d000000", // mov eax, rt_sigaction
      "bf11000000", // mov edi, SIGCHLD
      "488d3514000000", // lea rsi, [rip + 20]: the sigaction after the code
      "31d2", // xor edx, edx
      "41ba08000000", // mov r10d, 8
      "0f05", // syscall
      "b822000000", // mov eax, pause
      "0f05", // syscall
      "ebf7", // jmp to the mov before
      "90", // nop
    ].join(""),
    "hex",
  ),
};

// The same; arm64 has no pause, so ppoll(NULL, 0, NULL, NULL) waits instead.
const arm64 = {
  elfMachine: 183,
  code: words([
    movz(0, SIGCHLD),
    0x10000000 | (13 << 5) | 1, // adr x1, 13 words ahead: the sigaction after the code
    movz(2, 0),
    movz(3, 8),
    movz(8, 134), // rt_sigaction
    0xd4000001, // svc
    movz(0, 0),
    movz(1, 0),
    movz(2, 0),
    movz(3, 0),
    movz(4, 8),
    movz(8, 73), // ppoll
    0xd4000001, // svc
    0x14000000 | (-7 & 0x3ffffff), // b to the first of the ppoll
  ]),
};

function movz(register: number, value: number): number {
  return (0xd2800000 | (value << 5) | register) >>> 0;
}

function words(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => buffer.writeUInt32LE(value >>> 0, index * 4));
  return buffer;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digest(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
