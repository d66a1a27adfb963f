import type { Status, StatusReason } from "../machinery/status.ts";

/**
 * What takes over a connection whose client asked to upgrade it. The carrier negotiates the protocol (WebSocket or SPDY/3.1, each
 * in the versions Kubernetes knows), and the handler sees only the session: it never learns which one it was.
 */
export type UpgradeHandler = RemoteCommandHandler | PortForwardHandler | RelayHandler | TunnelHandler;

/** exec and attach. */
export interface RemoteCommandHandler {
  readonly type: "remote-command";
  readonly streams: CommandStreams;
  /** Runs to the command's end; the status is the last thing the client hears. A rejection is told as an internal error. */
  readonly run: (session: RemoteCommandSession) => Promise<CommandStatus>;
}

/** Which streams the client asked for. With a terminal there is no stderr, and window sizes come in. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface RemoteCommandSession {
  /** Ends when the client closes its side or goes away; empty if not asked for. Not reading it holds the client back. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Discards what is written if not asked for. */
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** The newest size each time it is asked for: sizes that nobody waited for are skipped. */
  readonly resize: AsyncIterable<TerminalSize>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export interface ByteSink {
  /** Resolves when there is room for more, so a writer that awaits it is held back by a slow reader. Rejects once the reader is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more will be written. */
  close(): Promise<void>;
}

/** In characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

export interface PortForwardHandler {
  readonly type: "port-forward";
  /** The ports that the URL names; only the WebSocket protocol with two channels a port needs them. */
  readonly ports: readonly number[];
  /** Carries one connection to its end; many run at once. The message of a rejection is told to the client. */
  readonly forward: (connection: ForwardedConnection) => Promise<void>;
}

export interface ForwardedConnection {
  readonly port: number;
  /** The client's own number for the connection. */
  readonly requestId: string;
  /** Ends when the client has no more to send; it may still be listening. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: ByteSink;
  /** Aborted when the client drops this connection or goes away altogether. */
  readonly signal: AbortSignal;
}

/**
 * The request goes to another server, and after that server's 101 bytes flow both ways unchanged. Any other answer is passed on
 * and ends the connection, so that nothing a client sends later can reach the other server under our identity.
 */
export interface RelayHandler {
  readonly type: "relay";
  readonly url: string;
  readonly method: string;
  /** Without the client's credentials; with its `upgrade`, `connection`, `sec-websocket-*` and `x-stream-protocol-version`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls?: RelayTls;
}

/**
 * A connection to an address that whoever asks cannot reach himself: after the 101 bytes flow both ways unchanged. Where nobody can be
 * reached there, the answer is 502 and, as plain text, the code of the error: `ECONNREFUSED`.
 */
export interface TunnelHandler {
  readonly type: "tunnel";
  readonly address: string;
  readonly port: number;
}

/** PEM texts. Without `ca`, the other server's certificate is checked against the system's. */
export interface RelayTls {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly serverName?: string;
  /** The other server's certificate is not checked, as Kubernetes does for a proxied pod. */
  readonly insecure?: boolean;
}

/** A `v1.Status` with the one reason that only this protocol knows. */
export type CommandStatus = Omit<Status, "reason"> & { readonly reason?: StatusReason | "NonZeroExitCode" };

/** The status that tells an exit code. */
export function exitStatus(exitCode: number): CommandStatus {
  if (exitCode === 0) return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: command terminated with exit code ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

/** The exit code that a status tells: 0 for success, `undefined` if the command never ended by itself. */
export function exitCodeOf(status: CommandStatus): number | undefined {
  if (status.status === "Success") return 0;
  if (status.reason !== "NonZeroExitCode") return undefined;
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
  const code = Number(cause?.message);
  return Number.isInteger(code) ? code : undefined;
}
