import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Log } from "../../../base/log.ts";
import { readBlob } from "../containerd/content.ts";
import type { GrpcChannel } from "../containerd/grpc.ts";
import { replaceFile } from "../disk/whole-file.ts";
import { findBlob, findManifest } from "./loaded-content.ts";
import { parseRange, parseRequest } from "./request.ts";

export interface RegistryOptions {
  /** To the containerd that holds the images. */
  readonly channel: GrpcChannel;
  /** containerd's `config_path`, a directory with a `hosts.toml` for each registry. */
  readonly registries: string;
  /** 0 for any. */
  readonly port: number;
  readonly log: Log;
}

/** Disposing ends it and has containerd forget it. */
export interface LoadedImageRegistry extends AsyncDisposable {
  readonly port: number;
}

const MOST_CONNECTIONS = 64;

/**
 * A registry on this machine's loopback that serves the images which were loaded from files, and those alone, out of the
 * node's own containerd. containerd asks it first about every image, and then, as all else is 404 here, the real registry:
 * so `imagePullPolicy: Always`, which `:latest` has by default, finds a loaded image without a network.
 */
export async function startRegistry(options: RegistryOptions): Promise<LoadedImageRegistry> {
  const { channel, registries, log } = options;
  const server = createServer((request, response) => {
    answer(channel, request, response).catch((error: unknown) => {
      if (!response.destroyed) log.warn("an image could not be served", { target: request.url, error });
      response.destroy();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const hostsFile = await writeHostsFile(registries, port);
  return {
    port,
    async [Symbol.asyncDispose]() {
      await rm(hostsFile, { force: true });
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** `_default` stands for every registry that has no directory of its own. containerd reads the file at each pull. */
async function writeHostsFile(registries: string, port: number): Promise<string> {
  const directory = join(registries, "_default");
  const file = join(directory, "hosts.toml");
  await mkdir(directory, { recursive: true, mode: 0o711 });
  replaceFile(
    file,
    `# Written by Wherry at each start. Images loaded from files are found here, all others at their registry.
[host."http://127.0.0.1:${port}"]
  capabilities = ["pull", "resolve"]
`,
    0o644,
  );
  return file;
}

async function answer(channel: GrpcChannel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const options = { signal: gone.signal };
  response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
  const { method, url = "/" } = request;
  if (method !== "GET" && method !== "HEAD") return refuse(response, 405, "UNSUPPORTED", "this registry is read-only");
  const wanted = parseRequest(url);
  if (wanted === undefined) return refuse(response, 404, "NAME_UNKNOWN", "repository name not known to registry");
  if (wanted.kind === "version") return void response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
  const { kind, repository, reference } = wanted;
  const find = kind === "manifests" ? findManifest : findBlob;
  const found = await find(channel, repository, reference, options);
  if (found === undefined) {
    if (kind === "manifests") return refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
    return refuse(response, 404, "BLOB_UNKNOWN", "blob unknown to registry");
  }
  const { digest, mediaType, size } = found;
  const range = parseRange(request.headers.range, size);
  if (range === "unsatisfiable") {
    response.setHeader("Content-Range", `bytes */${size}`);
    return refuse(response, 416, "UNSUPPORTED", "the range is not within the blob");
  }
  const part = range ?? { offset: 0, size };
  if (range !== undefined) {
    response.setHeader("Content-Range", `bytes ${part.offset}-${part.offset + part.size - 1}/${size}`);
  }
  response.writeHead(range === undefined ? 200 : 206, {
    "Content-Type": kind === "manifests" ? mediaType : "application/octet-stream",
    "Content-Length": part.size,
    "Docker-Content-Digest": digest,
    "Accept-Ranges": "bytes",
    ETag: `"${digest}"`,
  });
  if (method === "HEAD") return void response.end();
  await pipeline(Readable.from(readBlob(channel, digest, part, options), { objectMode: false }), response);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ errors: [{ code, message }] });
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}
