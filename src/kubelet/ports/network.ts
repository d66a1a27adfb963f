/** How the kubelet reaches containers by network: probes and the http hooks of a container's lifecycle. */
export interface ProbeNetwork {
  /**
   * One GET, redirects followed as long as they stay on the same host. Certificates are not verified. At most 10 KiB of the
   * body are read.
   * @throws NetworkError in the words of Go's http client
   */
  httpGet(request: HttpGet, options: NetworkWaits): Promise<HttpAnswer>;
  /** Opens a connection and closes it. @throws NetworkError, such as `dial tcp 10.0.0.1:80: connect: connection refused` */
  tcpConnect(host: string, port: number, options: NetworkWaits): Promise<void>;
  /** Asks grpc.health.v1.Health/Check. */
  grpcHealth(host: string, port: number, service: string, options: NetworkWaits): Promise<GrpcHealth>;
}

export interface NetworkWaits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface HttpGet {
  /** With scheme, host and port. */
  readonly url: string;
  /** In order; `Host` sets the host asked for. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** A redirect to another host was not followed. */
  readonly redirected: boolean;
}

export type GrpcHealth =
  | { readonly healthy: true }
  /** In the words of Kubernetes' probe. */
  | { readonly healthy: false; readonly message: string };

export class NetworkError extends Error {
  /** The other side speaks plain http where https was asked for. */
  readonly plainHttp: boolean;
  constructor(message: string, options?: { cause?: unknown; plainHttp?: boolean }) {
    super(message, options);
    this.plainHttp = options?.plainHttp ?? false;
  }
}
