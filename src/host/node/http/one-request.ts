import { request } from "node:https";

export interface OneRequest {
  /** `https://192.0.2.1:6443`. */
  readonly server: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The authority that the server's certificate has to be signed by; undefined asks whoever answers: believe nothing of it. */
  readonly authority: string | undefined;
  readonly token?: string;
  readonly body?: object;
  readonly signal: AbortSignal;
}

export interface OneAnswer {
  readonly status: number;
  /** When the server says that it answered; milliseconds since the epoch, NaN where it does not. */
  readonly atMs: number;
  readonly text: string;
}

/** Asks a server once, without a certificate of one's own. @throws what the network or TLS says. */
export function oneRequest(asked: OneRequest): Promise<OneAnswer> {
  const { server, method, path, authority, token, body, signal } = asked;
  const { hostname, port } = new URL(server);
  const bytes = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    accept: "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(bytes === undefined ? {} : { "content-type": "application/json" }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({
      // An IPv6 address stands in brackets in a URL, and nowhere else.
      hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
      port,
      method,
      path,
      headers,
      agent: false,
      ...(authority === undefined ? { rejectUnauthorized: false } : { ca: authority }),
      signal: signal as globalThis.AbortSignal,
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          atMs: Date.parse(response.headers.date ?? ""),
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    sent.end(bytes);
  });
}
