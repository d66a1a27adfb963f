import type { ApiResponse } from "../../apiserver/http.ts";

/** An answer for people: the kubelet's errors are plain text, which clients show as they are. */
export function plain(status: number, text: string): ApiResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: new TextEncoder().encode(text) };
}

export function notFound(text = "404 page not found\n"): ApiResponse {
  return plain(404, text);
}
