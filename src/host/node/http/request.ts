import type { ApiRequest, Peer } from "../../../apiserver/http.ts";

export interface RequestParts {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: ApiRequest["headers"];
  readonly peer: Peer;
  readonly body: ApiRequest["body"];
  /** Calls back once, when the client goes away before it was answered; at once if it is gone. */
  readonly onGone: (listener: () => void) => void;
}

export interface HostRequest extends ApiRequest {
  /** Path and query, as sent. */
  readonly url: string;
  /** Makes the signal's controller, for those who may have to end the request from here. */
  readonly abort: () => AbortController;
}

/** Nobody writes to a request's query. */
const NO_QUERY = new URLSearchParams();

/** A request whose costly parts (the query's parameters, the signal) are made when first asked for. */
export function makeRequest(parts: RequestParts): HostRequest {
  return new LazyRequest(parts);
}

class LazyRequest implements HostRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: ApiRequest["headers"];
  readonly peer: Peer;
  readonly body: ApiRequest["body"];
  readonly url: string;
  readonly #queryText: string;
  readonly #onGone: RequestParts["onGone"];
  #query: URLSearchParams | undefined;
  #controller: AbortController | undefined;

  constructor({ method, url, headers, peer, body, onGone }: RequestParts) {
    const mark = url.indexOf("?");
    this.method = method;
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.headers = headers;
    this.peer = peer;
    this.body = body;
    this.#queryText = mark === -1 ? "" : url.slice(mark + 1);
    this.url = url;
    this.#onGone = onGone;
  }

  get query(): URLSearchParams {
    return (this.#query ??= this.#queryText === "" ? NO_QUERY : new URLSearchParams(this.#queryText));
  }

  get signal(): AbortSignal {
    return this.abort().signal;
  }

  abort(): AbortController {
    if (this.#controller === undefined) {
      const made = new AbortController();
      this.#controller = made;
      this.#onGone(() => made.abort(new Error("the client went away")));
    }
    return this.#controller;
  }
}
