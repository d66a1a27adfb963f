import type { ApiRequest, ApiResponse } from "../http.ts";

/** Where another API server of the cluster is reached, and how it is known. */
export interface RemoteTarget {
  readonly host: string;
  readonly port: number;
  /** The name that its certificate has to be for. */
  readonly serverName: string;
  /** PEM texts of the authorities that may have signed it; the system's own when absent. */
  readonly authorities?: string;
  /** Its certificate is not looked at. */
  readonly insecure: boolean;
}

/** Sends requests on to other API servers, which know this one by its front-proxy certificate. */
export interface RemoteServers {
  /**
   * @param headers which say for whom the request is made: whatever the client sent under these names is dropped
   * @throws {StatusError} 503 where the server is not reached
   */
  forward(
    request: ApiRequest,
    target: RemoteTarget,
    headers: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<ApiResponse>;
}
