import { credentials, makeClientConstructor, status as codes } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { formatDuration } from "../../../machinery/duration.ts";
import type { GrpcHealth, HttpAnswer, HttpGet, NetworkWaits, ProbeNetwork } from "../../../kubelet/ports/network.ts";
import { NetworkError } from "../../../kubelet/ports/network.ts";

const LONGEST_BODY = 10 * 1024;
const MOST_REDIRECTS = 10;

/** Probes over the machine's network, with errors in the words of Go, which users of Kubernetes know. */
export const probeNetwork: ProbeNetwork = {
  async httpGet(request, waits) {
    const deadlineMs = performance.now() + waits.timeoutMs;
    let current = request;
    for (let redirects = 0; ; redirects++) {
      const { answer, location } = await getOnce(current, Math.max(1, deadlineMs - performance.now()), waits.signal);
      if (location === undefined) return answer;
      const next = new URL(location, current.url);
      if (next.hostname !== new URL(request.url).hostname) return { ...answer, redirected: true };
      if (redirects >= MOST_REDIRECTS)
        throw new NetworkError(`Get "${next.href}": stopped after ${MOST_REDIRECTS} redirects`);
      current = { ...request, url: next.href };
    }
  },
  tcpConnect: (host, port, waits) => dial(host, port, waits),
  grpcHealth,
};

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

function getOnce(
  { url, headers }: HttpGet,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ readonly answer: HttpAnswer; readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const cut = AbortSignal.timeout(Math.ceil(Math.min(timeoutMs, LONGEST_TIMEOUT_MS)));
    const fail = (error: unknown) => reject(cut.aborted ? tooSlow(url, error) : failed(url, error));
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = send(
      url,
      {
        // Nothing is reused: a probe asks whether a new connection works. No proxy, no compression.
        agent: false,
        rejectUnauthorized: false,
        headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
        signal: AbortSignal.any([signal, cut]),
      },
      (response) => {
        readBody(response).then((body) => {
          const status = response.statusCode ?? 0;
          const location = REDIRECTS.includes(status) ? response.headers.location : undefined;
          resolve({ answer: { status, body, redirected: false }, location });
        }, fail);
      },
    );
    request.on("error", fail);
    request.end();
  });
}

/** What a timer can hold. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= LONGEST_BODY) break;
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_BODY).toString();
}

function dial(host: string, port: number, { timeoutMs, signal }: NetworkWaits): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal, timeout: timeoutMs }, () => {
      // Reset rather than closed: a probe shall leave no connection waiting behind.
      socket.resetAndDestroy();
      resolve();
    });
    socket.on("timeout", () => {
      socket.destroy();
      reject(new NetworkError(`dial tcp ${addressText(host, port)}: i/o timeout`));
    });
    socket.on("error", (error) => reject(new NetworkError(dialText(host, port, error), { cause: error })));
  });
}

function failed(url: string, cause: unknown): NetworkError {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const number = Number(port === "" ? (protocol === "https:" ? 443 : 80) : port);
  const { code, message } = cause as NodeJS.ErrnoException;
  const plainHttp = code === "EPROTO" || /wrong version number|packet length too long/.test(message);
  const text = plainHttp
    ? "http: server gave HTTP response to HTTPS client"
    : message === "socket hang up"
      ? "EOF"
      : dialText(host, number, cause);
  return new NetworkError(`Get "${url}": ${text}`, { cause, plainHttp });
}

function tooSlow(url: string, cause: unknown): NetworkError {
  const text = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  return new NetworkError(`Get "${url}": ${text}`, { cause });
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
};

function dialText(host: string, port: number, error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const address = addressText(host, port);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `dial tcp: lookup ${host}: no such host`;
  if (code === "ECONNRESET") return `read tcp ${address}: read: connection reset by peer`;
  const known = SYSTEM_ERRORS[code];
  return known === undefined ? message : `dial tcp ${address}: ${known}`;
}

function addressText(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const HealthClient = makeClientConstructor(
  {
    Check: {
      path: "/grpc.health.v1.Health/Check",
      requestStream: false,
      responseStream: false,
      requestSerialize: (service: string) => encodeRequest(service),
      requestDeserialize: () => "",
      responseSerialize: () => Buffer.alloc(0),
      responseDeserialize: (bytes: Buffer) => decodeStatus(bytes),
    },
  },
  "grpc.health.v1.Health",
);

type Check = (
  service: string,
  options: { deadline: number },
  callback: (error: ServiceError | null, status: number) => void,
) => void;

const SERVING = 1;
const STATUS_NAMES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

async function grpcHealth(
  host: string,
  port: number,
  service: string,
  { timeoutMs, signal }: NetworkWaits,
): Promise<GrpcHealth> {
  const address = addressText(host, port);
  const within = formatDuration(timeoutMs);
  const deadline = Date.now() + timeoutMs;
  const client = new HealthClient(address, credentials.createInsecure(), {
    "grpc.primary_user_agent": "kube-probe/1.36",
  });
  const close = () => client.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    const connected = await new Promise<boolean>((resolve) =>
      client.waitForReady(deadline, (error) => resolve(error === undefined)),
    );
    if (!connected) {
      return {
        healthy: false,
        message: `timeout: failed to connect service "${address}" within ${within}: context deadline exceeded`,
      };
    }
    return await new Promise<GrpcHealth>((resolve) => {
      (client["Check"] as unknown as Check).call(client, service, { deadline }, (error, status) => {
        resolve(error === null ? verdictOf(status) : { healthy: false, message: grpcText(error, within) });
      });
    });
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

function verdictOf(status: number): GrpcHealth {
  if (status === SERVING) return { healthy: true };
  return { healthy: false, message: `service unhealthy (responded with "${STATUS_NAMES[status] ?? status}")` };
}

function grpcText(error: ServiceError, within: string): string {
  if (error.code === codes.UNIMPLEMENTED) {
    return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.details}`;
  }
  if (error.code === codes.DEADLINE_EXCEEDED) return `timeout: health rpc did not complete within ${within}`;
  const code = (codes[error.code] ?? "Unknown")
    .toLowerCase()
    .replaceAll(/(^|_)(\w)/g, (_all, _gap, letter: string) => letter.toUpperCase());
  return `error: health rpc probe failed: rpc error: code = ${code} desc = ${error.details}`;
}

/** `HealthCheckRequest { string service = 1 }`. */
function encodeRequest(service: string): Buffer {
  const text = Buffer.from(service);
  if (text.length === 0) return text;
  const length: number[] = [];
  for (let rest = text.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([0x0a, ...length]), text]);
}

/** `HealthCheckResponse { ServingStatus status = 1 }`. */
function decodeStatus(bytes: Buffer): number {
  return bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0;
}
