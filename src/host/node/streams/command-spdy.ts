import type { ByteSink, RemoteCommandHandler, TerminalSize } from "../../../apiserver/streams.ts";
import type { ByteChannel } from "./byte-channel.ts";
import { encodeStatus, runCommand, TerminalSizeParser } from "./command-run.ts";
import { Latest } from "./latest.ts";
import type { SpdyStream } from "./spdy/connection.ts";
import { SpdyConnection } from "./spdy/connection.ts";
import { resetStatus } from "./spdy/frames.ts";

/** Best first. From v3 on, window sizes are sent; from v4 on, the status is JSON. */
export const commandSpdyProtocols = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];

type StreamType = "error" | "stdin" | "stdout" | "stderr" | "resize";

/** How long a client may take to open the streams that it asked for, as in Kubernetes. */
const OPEN_TIMEOUT_MS = 30_000;

/** Runs a command for a client that opens one SPDY stream for each of its streams. */
export async function serveCommandSpdy(
  channel: ByteChannel,
  protocol: string,
  handler: RemoteCommandHandler,
): Promise<void> {
  const wanted = wantedStreams(protocol, handler);
  const streams = new Map<StreamType, SpdyStream>();
  let allOpen: () => void;
  const opened = new Promise<void>((resolve) => {
    allOpen = resolve;
  });
  const connection = new SpdyConnection(channel, "server", (stream) => {
    const type = stream.headers["streamtype"] as StreamType;
    if (!wanted.has(type) || streams.has(type)) {
      stream.reset(resetStatus.refused);
      return;
    }
    streams.set(type, stream);
    stream.accept();
    if (streams.size === wanted.size) allOpen();
  });
  const late = setTimeout(() => connection.close(), OPEN_TIMEOUT_MS);
  const ended = connection.run();
  await Promise.race([opened, ended]);
  clearTimeout(late);
  if (streams.size === wanted.size) await runOver(streams, protocol, handler);
  connection.close();
  await ended;
}

function wantedStreams(protocol: string, { streams }: RemoteCommandHandler): Set<StreamType> {
  const wanted = new Set<StreamType>(["error"]);
  if (streams.stdin) wanted.add("stdin");
  if (streams.stdout) wanted.add("stdout");
  if (streams.stderr && !streams.tty) wanted.add("stderr");
  if (streams.tty && (protocol.startsWith("v4") || protocol.startsWith("v3"))) wanted.add("resize");
  return wanted;
}

async function runOver(
  streams: ReadonlyMap<StreamType, SpdyStream>,
  protocol: string,
  handler: RemoteCommandHandler,
): Promise<void> {
  const error = streams.get("error")!;
  const stdin = streams.get("stdin");
  const resize = new Latest<TerminalSize>();
  const sizes = streams.get("resize");
  if (sizes === undefined) resize.end();
  else void readSizes(sizes, resize);
  const status = await runCommand(handler, {
    stdin: stdin?.input ?? nothing(),
    stdout: streams.get("stdout") ?? unwanted,
    stderr: streams.get("stderr") ?? unwanted,
    resize,
    signal: error.signal,
  });
  await Promise.all([streams.get("stdout")?.close(), streams.get("stderr")?.close()]);
  const told = encodeStatus(status, protocol.startsWith("v4") ? "json" : "text");
  if (told !== undefined) await error.write(told).catch(() => {});
  await error.close();
  stdin?.reset();
  sizes?.reset();
}

async function readSizes(stream: SpdyStream, resize: Latest<TerminalSize>): Promise<void> {
  const parser = new TerminalSizeParser();
  for await (const bytes of stream.input) {
    const size = parser.push(bytes);
    if (size !== undefined) resize.set(size);
  }
  resize.end();
}

const unwanted: ByteSink = { write: () => Promise.resolve(), close: () => Promise.resolve() };

async function* nothing(): AsyncGenerator<Uint8Array> {}
