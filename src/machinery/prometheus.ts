/** Metrics in Prometheus' text form, one metric at a time. */
export interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: Iterable<Sample>;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it was measured, in milliseconds since the epoch; absent means now. */
  readonly atMs?: number;
}

/** What is answered to whoever asks for metrics, as content type. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The whole text; metrics without samples are left out. */
export function metricsText(metrics: Iterable<Metric>): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of metrics) {
    const values = Array.from(samples, ({ labels, value, atMs }) => {
      const text = labelText(labels);
      return `${name}${text === "" ? "" : `{${text}}`} ${value}${atMs === undefined ? "" : ` ${atMs}`}`;
    });
    if (values.length > 0) lines.push(...metricHead(name, type, help), ...values);
  }
  return `${lines.join("\n")}\n`;
}

export function metricHead(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(
      ([name, value]) => `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
    )
    .join(",");
}
