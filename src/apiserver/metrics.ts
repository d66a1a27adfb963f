import type { ApiResponse } from "./http.ts";
import { labelText, metricHead, METRICS_TYPE } from "../machinery/prometheus.ts";
import { encodeText } from "./encode/text.ts";

/** What a request was, for its counters. */
export interface RequestLabels {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** The plural resource; "" for paths that are none. */
  readonly resource: string;
  readonly subresource: string;
  readonly scope: "" | "cluster" | "namespace" | "resource";
  readonly dryRun: "" | "All";
}

/** Counts what the API server does. One record of a request takes less than a microsecond. */
export interface ApiMetrics {
  /** A request came to its end; watches count when they end. */
  request(labels: RequestLabels, code: number, durationMs: number): void;
  /** More (1) or fewer (-1) requests are under way. */
  inFlight(kind: "readOnly" | "mutating", change: 1 | -1): void;
  /** More or fewer watches are open. */
  watchers(group: string, version: string, kind: string, change: 1 | -1): void;
  /** All metrics in Prometheus' text form. */
  text(now: MetricsNow): string;
}

/** What is measured only when somebody looks. */
export interface MetricsNow {
  /** How many objects are stored, by `plural.group`. */
  readonly objects: Iterable<readonly [resource: string, count: number]>;
  /** What the process uses, from whoever runs it. */
  readonly process?: ProcessFigures;
}

export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly startedAtSeconds: number;
  readonly openFiles: number;
}

/** Seconds; the bounds that Kubernetes uses for its request durations. */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

interface Series {
  readonly labels: RequestLabels;
  readonly counts: Float64Array;
  sum: number;
  count: number;
  readonly codes: Map<number, number>;
}

export function createMetrics(): ApiMetrics {
  const series = new Map<string, Series>();
  const underWay = { readOnly: 0, mutating: 0 };
  const watches = new Map<string, number>();
  return {
    request(labels, code, durationMs) {
      const key = `${labels.verb} ${labels.group}/${labels.version}/${labels.resource}/${labels.subresource} ${labels.scope}${labels.dryRun}`;
      let own = series.get(key);
      if (own === undefined) {
        own = { labels: { ...labels }, counts: new Float64Array(BUCKETS.length), sum: 0, count: 0, codes: new Map() };
        series.set(key, own);
      }
      const seconds = durationMs / 1000;
      own.codes.set(code, (own.codes.get(code) ?? 0) + 1);
      own.sum += seconds;
      own.count += 1;
      const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
      if (bucket >= 0) own.counts[bucket]! += 1;
    },
    inFlight(kind, change) {
      underWay[kind] += change;
    },
    watchers(group, version, kind, change) {
      const key = labelText({ group, kind, version });
      watches.set(key, (watches.get(key) ?? 0) + change);
    },
    text(now) {
      return [
        ...requestLines(series.values()),
        ...metricHead("apiserver_current_inflight_requests", "gauge", "Requests under way, by kind."),
        `apiserver_current_inflight_requests{request_kind="mutating"} ${underWay.mutating}`,
        `apiserver_current_inflight_requests{request_kind="readOnly"} ${underWay.readOnly}`,
        ...metricHead("apiserver_longrunning_requests", "gauge", "Open watches, by kind of object."),
        ...Array.from(watches, ([labels, count]) => `apiserver_longrunning_requests{${labels}} ${count}`),
        ...metricHead("apiserver_storage_objects", "gauge", "Stored objects, by resource."),
        ...Array.from(now.objects, ([resource, count]) => `apiserver_storage_objects{resource="${resource}"} ${count}`),
        ...processLines(now.process),
        "",
      ].join("\n");
    },
  };
}

/** Answers `/metrics`. */
export function metricsAnswer(metrics: ApiMetrics, now: MetricsNow): ApiResponse {
  return {
    status: 200,
    headers: { "cache-control": "no-cache, private", "content-type": METRICS_TYPE },
    body: encodeText(metrics.text(now)),
  };
}

function* requestLines(all: Iterable<Series>): Iterable<string> {
  const sets = [...all];
  yield* metricHead(
    "apiserver_request_total",
    "counter",
    "Requests that came to their end, by what they were and their code.",
  );
  for (const { labels, codes } of sets) {
    const own = nameLabels(labels);
    for (const [code, count] of codes) {
      yield `apiserver_request_total{${labelText({ code: String(code), component: "apiserver", ...own })}} ${count}`;
    }
  }
  const name = "apiserver_request_duration_seconds";
  yield* metricHead(name, "histogram", "How long requests took, by what they were.");
  for (const { labels, counts, sum, count } of sets) {
    const text = labelText({ component: "apiserver", ...nameLabels(labels) });
    let below = 0;
    for (const [index, bound] of BUCKETS.entries()) {
      below += counts[index]!;
      yield `${name}_bucket{${text},le="${bound}"} ${below}`;
    }
    yield `${name}_bucket{${text},le="+Inf"} ${count}`;
    yield `${name}_sum{${text}} ${sum}`;
    yield `${name}_count{${text}} ${count}`;
  }
}

function* processLines(figures: ProcessFigures | undefined): Iterable<string> {
  if (figures === undefined) return;
  const lines: readonly (readonly [string, string, string, number])[] = [
    ["process_cpu_seconds_total", "counter", "CPU time spent, in seconds.", figures.cpuSeconds],
    ["process_open_fds", "gauge", "Open files.", figures.openFiles],
    ["process_resident_memory_bytes", "gauge", "Resident memory, in bytes.", figures.residentBytes],
    ["process_start_time_seconds", "gauge", "When the process started, since the epoch.", figures.startedAtSeconds],
  ];
  for (const [name, type, help, value] of lines) {
    yield* metricHead(name, type, help);
    yield `${name} ${value}`;
  }
}

function nameLabels({ verb, group, version, resource, subresource, scope, dryRun }: RequestLabels) {
  return {
    dry_run: dryRun,
    group,
    resource,
    scope,
    subresource,
    verb: METRIC_VERBS[verb] ?? verb.toUpperCase(),
    version,
  };
}

const METRIC_VERBS: Readonly<Record<string, string>> = {
  create: "POST",
  update: "PUT",
  deletecollection: "DELETECOLLECTION",
};
