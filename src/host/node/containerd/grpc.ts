import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import type { ClientDuplexStream, ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { RuntimeErrorCode, Waits } from "../../../kubelet/ports/runtime.ts";
import type { MessageType } from "./protobuf.ts";

/** One procedure: its path and what goes in and out. */
export interface Procedure<In, Out> {
  /** As in `/runtime.v1.RuntimeService/Version`. */
  readonly path: string;
  readonly request: MessageType<In, unknown>;
  readonly response: MessageType<never, Out>;
}

export function procedure<In, Out>(
  path: string,
  request: MessageType<In, unknown>,
  response: MessageType<never, Out>,
): Procedure<In, Out> {
  return { path, request, response };
}

export interface CallOptions extends Waits {
  /** What is written belongs to this lease, which keeps it from being collected. */
  readonly lease?: string;
}

/** A channel to one containerd. It connects anew by itself after containerd has restarted. Calls fail with {@link RuntimeError}. */
export class GrpcChannel implements Disposable {
  readonly #client: Client;

  /** @param address such as `unix:///run/x.sock`; a bare path does not work */
  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      "grpc.max_receive_message_length": 16 * 1024 * 1024,
      "grpc.max_send_message_length": 16 * 1024 * 1024,
      "grpc.initial_reconnect_backoff_ms": 50,
      "grpc.min_reconnect_backoff_ms": 50,
      "grpc.max_reconnect_backoff_ms": 1000,
      // Each containerd has its own connection, however many channels a process opens in its life.
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  call<In, Out>({ path, request, response }: Procedure<In, Out>, input: In, options: CallOptions): Promise<Out> {
    return new Promise((resolve, reject) => {
      if (options.signal.aborted) {
        reject(options.signal.reason as Error);
        return;
      }
      const call = this.#client.makeUnaryRequest(
        path,
        (value: In) => Buffer.from(request.encode(value)),
        (bytes) => response.decode(bytes),
        input,
        metadataFor(options),
        (error, output) => {
          options.signal.removeEventListener("abort", onAbort);
          if (error !== null)
            reject(options.signal.aborted ? (options.signal.reason as Error) : runtimeError(path, error));
          else resolve(output!);
        },
      );
      const onAbort = () => call.cancel();
      options.signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Yields what the server sends until it ends the stream; an error is thrown as {@link RuntimeError}. */
  async *serverStream<In, Out>(
    { path, request, response }: Procedure<In, Out>,
    input: In,
    options: CallOptions,
  ): AsyncGenerator<Out> {
    options.signal.throwIfAborted();
    const call: ClientReadableStream<Out> = this.#client.makeServerStreamRequest(
      path,
      (value: In) => Buffer.from(request.encode(value)),
      (bytes) => response.decode(bytes),
      input,
      metadataFor(options),
    );
    const onAbort = () => call.cancel();
    options.signal.addEventListener("abort", onAbort, { once: true });
    try {
      for await (const item of call) yield item as Out;
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason;
      throw runtimeError(path, error as ServiceError);
    } finally {
      options.signal.removeEventListener("abort", onAbort);
      call.cancel();
    }
  }

  /** A stream both ways; the caller ends it. Its errors are the transport's: see {@link runtimeError}. */
  bidirectional<In, Out>(
    { path, request, response }: Procedure<In, Out>,
    options: CallOptions,
  ): ClientDuplexStream<In, Out> {
    options.signal.throwIfAborted();
    const call = this.#client.makeBidiStreamRequest<In, Out>(
      path,
      (value: In) => Buffer.from(request.encode(value)),
      (bytes) => response.decode(bytes),
      metadataFor(options),
    );
    const onAbort = () => call.cancel();
    options.signal.addEventListener("abort", onAbort, { once: true });
    call.once("status", () => options.signal.removeEventListener("abort", onAbort));
    return call;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** Translates what gRPC reports. containerd reports nearly everything as UNKNOWN; the message then tells. */
export function runtimeError(path: string, error: ServiceError): RuntimeError {
  if (typeof error.code !== "number") return new RuntimeError("unknown", `${path}: ${error.message}`, { cause: error });
  const code = CODES.get(error.code) ?? "unknown";
  const details = error.details || error.message;
  const reserved = code === "unknown" && / is reserved for "/.test(details);
  return new RuntimeError(reserved ? "already-exists" : code, details, { cause: error });
}

const CODES: ReadonlyMap<number, RuntimeErrorCode> = new Map([
  [status.NOT_FOUND, "not-found"],
  [status.DEADLINE_EXCEEDED, "timeout"],
  [status.UNAVAILABLE, "unavailable"],
  [status.ALREADY_EXISTS, "already-exists"],
  [status.RESOURCE_EXHAUSTED, "resource-exhausted"],
]);

/** CRI keeps all that is its own in this namespace of containerd. */
const NAMESPACE = "k8s.io";

function metadataFor({ lease }: CallOptions): Metadata {
  const metadata = new Metadata();
  metadata.set("containerd-namespace", NAMESPACE);
  if (lease !== undefined) metadata.set("containerd-lease", lease);
  return metadata;
}
