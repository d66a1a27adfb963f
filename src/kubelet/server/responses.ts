import type { ApiResponse } from "../../apiserver/http.ts";
import { type Metric, METRICS_TYPE, metricsText } from "../../machinery/prometheus.ts";

const encoder = new TextEncoder();

/** An answer for people: the kubelet's errors are plain text, which clients show as they are. */
export function plain(status: number, text: string): ApiResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: encoder.encode(text) };
}

export function notFound(text = "404 page not found\n"): ApiResponse {
  return plain(404, text);
}

export function json(value: object): ApiResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: encoder.encode(JSON.stringify(value)) };
}

export function metrics(all: Iterable<Metric>): ApiResponse {
  return { status: 200, headers: { "content-type": METRICS_TYPE }, body: encoder.encode(metricsText(all)) };
}
