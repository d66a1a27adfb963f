import type { WebSocket } from "ws";
import type { ByteSink, RemoteCommandHandler, TerminalSize } from "../../../apiserver/streams.ts";
import { feedInbox, sendMessage } from "./byte-channel.ts";
import type { StatusForm } from "./command-run.ts";
import { encodeStatus, runCommand, TerminalSizeParser } from "./command-run.ts";
import { Inbox } from "./inbox.ts";
import { Latest } from "./latest.ts";

/** The channel that a message's first byte names. */
export const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

interface CommandProtocol {
  readonly base64: boolean;
  readonly status: StatusForm;
  /** Whether a message on channel 255 ends the channel that it names. */
  readonly halfClose: boolean;
}

export const commandProtocols: ReadonlyMap<string, CommandProtocol> = new Map([
  ["v5.channel.k8s.io", { base64: false, status: "json", halfClose: true }],
  ["v4.channel.k8s.io", { base64: false, status: "json", halfClose: false }],
  ["v4.base64.channel.k8s.io", { base64: true, status: "json", halfClose: false }],
  ["channel.k8s.io", { base64: false, status: "text", halfClose: false }],
  ["base64.channel.k8s.io", { base64: true, status: "text", halfClose: false }],
  ["", { base64: false, status: "text", halfClose: false }],
]);

/** Runs a command for a client that speaks one of `commandProtocols`. */
export async function serveCommandWebSocket(
  webSocket: WebSocket,
  protocolName: string,
  handler: RemoteCommandHandler,
): Promise<void> {
  const protocol = commandProtocols.get(protocolName)!;
  const { streams } = handler;
  const stdin = new Inbox();
  const resize = new Latest<TerminalSize>();
  const gone = new AbortController();
  if (!streams.stdin) stdin.end();
  receive(webSocket, protocol, stdin, resize);
  webSocket.once("close", () => {
    stdin.end();
    resize.end();
    gone.abort(new Error("the client went away"));
  });
  const sink = (channel: number, wanted: boolean) => channelSink(webSocket, protocol, channel, wanted);
  const stdout = sink(channels.stdout, streams.stdout);
  const stderr = sink(channels.stderr, streams.stderr && !streams.tty);
  // An empty message tells the client that the connection stands.
  let first: number = channels.error;
  if (streams.stdout) first = channels.stdout;
  else if (streams.stderr) first = channels.stderr;
  void sendMessage(webSocket, encodeMessage(protocol, first, new Uint8Array(0)));
  const status = await runCommand(handler, { stdin, stdout, stderr, resize, signal: gone.signal });
  const told = encodeStatus(status, protocol.status);
  if (told !== undefined) void sendMessage(webSocket, encodeMessage(protocol, channels.error, told));
  stdin.discard();
  webSocket.close(1000);
}

function receive(webSocket: WebSocket, protocol: CommandProtocol, stdin: Inbox, resize: Latest<TerminalSize>): void {
  const sizes = new TerminalSizeParser();
  feedInbox(webSocket, (message) => {
    if (message.length === 0) return true;
    if (protocol.halfClose && message[0] === channels.close) {
      if (message[1] === channels.stdin) stdin.end();
      return true;
    }
    const { channel, bytes } = decodeMessage(protocol, message);
    if (channel === channels.stdin) return stdin.push(bytes) || stdin;
    if (channel === channels.resize) {
      const size = sizes.push(bytes);
      if (size !== undefined) resize.set(size);
    }
    return true;
  });
}

function channelSink(webSocket: WebSocket, protocol: CommandProtocol, channel: number, wanted: boolean): ByteSink {
  return {
    write(bytes) {
      if (!wanted || bytes.length === 0) return Promise.resolve();
      if (webSocket.readyState !== webSocket.OPEN) return Promise.reject(new Error("the client went away"));
      return sendMessage(webSocket, encodeMessage(protocol, channel, bytes));
    },
    // The end of an output is told by the status alone.
    close: () => Promise.resolve(),
  };
}

/** A message of a channel: its number, then the bytes. */
export function encodeMessage(
  { base64 }: { readonly base64: boolean },
  channel: number,
  bytes: Uint8Array,
): Uint8Array | string {
  if (base64) return channel + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  const message = Buffer.allocUnsafe(1 + bytes.length);
  message[0] = channel;
  message.set(bytes, 1);
  return message;
}

export function decodeMessage(
  { base64 }: { readonly base64: boolean },
  message: Buffer,
): { readonly channel: number; readonly bytes: Uint8Array } {
  if (!base64) return { channel: message[0]!, bytes: message.subarray(1) };
  return { channel: message[0]! - 0x30, bytes: Buffer.from(message.toString("latin1", 1), "base64") };
}
