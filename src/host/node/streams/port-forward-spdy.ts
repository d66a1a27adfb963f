import type { Log } from "../../../base/log.ts";
import type { PortForwardHandler } from "../../../apiserver/streams.ts";
import type { ByteChannel } from "./byte-channel.ts";
import type { SpdyStream } from "./spdy/connection.ts";
import { SpdyConnection } from "./spdy/connection.ts";
import { resetStatus } from "./spdy/frames.ts";

export const PORT_FORWARD_PROTOCOL = "portforward.k8s.io";

/** How long the second stream of a pair may take to follow the first, as in Kubernetes. */
const PAIR_TIMEOUT_MS = 30_000;

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
  readonly late: NodeJS.Timeout;
}

/** Carries each forwarded connection on a pair of streams, one for its bytes and one for what goes wrong. */
export async function servePortForwardSpdy(channel: ByteChannel, handler: PortForwardHandler, log: Log): Promise<void> {
  const pairs = new Map<string, Pair>();
  const connection = new SpdyConnection(channel, "server", (stream) => {
    const type = stream.headers["streamtype"];
    const port = Number(stream.headers["port"]);
    if ((type !== "data" && type !== "error") || !(Number.isInteger(port) && port > 0 && port <= 65_535)) {
      stream.reset(resetStatus.refused);
      return;
    }
    // Clients before Kubernetes 1.2 send no number; their data stream comes right after its error stream.
    const requestId = stream.headers["requestid"] ?? String(type === "error" ? stream.id : stream.id - 2);
    const pair: Pair = pairs.get(requestId) ?? {
      late: setTimeout(() => dropLate(pairs, requestId), PAIR_TIMEOUT_MS).unref(),
    };
    if (pair[type] !== undefined) {
      stream.reset(resetStatus.refused);
      return;
    }
    pair[type] = stream;
    pairs.set(requestId, pair);
    stream.accept();
    const { data, error } = pair;
    if (data === undefined || error === undefined) return;
    clearTimeout(pair.late);
    pairs.delete(requestId);
    void forward(handler, port, requestId, data, error, log);
  });
  await connection.run();
  for (const { late } of pairs.values()) clearTimeout(late);
}

function dropLate(pairs: Map<string, Pair>, requestId: string): void {
  const pair = pairs.get(requestId);
  pairs.delete(requestId);
  pair?.data?.reset();
  pair?.error?.reset();
}

async function forward(
  { forward: carry }: PortForwardHandler,
  port: number,
  requestId: string,
  data: SpdyStream,
  error: SpdyStream,
  log: Log,
): Promise<void> {
  try {
    await carry({ port, requestId, input: data.input, output: data, signal: data.signal });
  } catch (problem) {
    if (!data.signal.aborted) {
      log.debug("forwarded connection failed", { port, error: problem });
      await error.write(Buffer.from(problem instanceof Error ? problem.message : String(problem))).catch(() => {});
    }
  }
  await error.close();
  await data.close();
  data.input.discard();
}
