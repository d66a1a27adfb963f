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
  /** Makes the signal's controller, for those who may have to end the request from here. */
  readonly abort: () => AbortController;
}

/** A request whose costly parts (the query's parameters, the signal) are made when first asked for. */
export function makeRequest({ method, url, headers, peer, body, onGone }: RequestParts): HostRequest {
  const mark = url.indexOf("?");
  let query: URLSearchParams | undefined;
  let controller: AbortController | undefined;
  const abort = (): AbortController => {
    if (controller === undefined) {
      const made = new AbortController();
      controller = made;
      onGone(() => made.abort(new Error("the client went away")));
    }
    return controller;
  };
  return {
    method,
    path: mark === -1 ? url : url.slice(0, mark),
    headers,
    peer,
    body,
    abort,
    get query() {
      return (query ??= new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1)));
    },
    get signal() {
      return abort().signal;
    },
  };
}
