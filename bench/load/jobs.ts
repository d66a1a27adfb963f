import { type Door, openConnection, openWatch, requestBytes } from "./connection.ts";

/** What the load generator is told to do. */
export type Job =
  | { readonly type: "fill"; readonly pods: number }
  | { readonly type: "get" | "list" | "status"; readonly connections: number; readonly seconds: number }
  | { readonly type: "create"; readonly connections: number; readonly count: number; readonly name: string }
  | { readonly type: "watch"; readonly watchers: number; readonly events: number; readonly name: string };

export interface Result {
  readonly operations: number;
  readonly seconds: number;
  /** Median, in milliseconds. */
  readonly medianMs: number;
}

const PODS = "/api/v1/namespaces/default/pods";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const MERGE = "application/merge-patch+json";

/** @param begin called when all connections are open: handshakes are not what is measured. */
export function runJob(job: Job, door: Door, begin: () => void): Promise<Result> {
  switch (job.type) {
    case "fill":
      return repeated(door, begin, 64, { count: job.pods }, (n) => requestBytes("POST", PODS, podNumber(n)));
    case "get":
      return repeated(door, begin, job.connections, { seconds: job.seconds }, () =>
        requestBytes("GET", `${PODS}/pod-0`),
      );
    case "list":
      return repeated(door, begin, job.connections, { seconds: job.seconds }, () =>
        requestBytes("GET", `${PODS}?resourceVersion=0`),
      );
    case "status":
      return repeated(door, begin, job.connections, { seconds: job.seconds }, (n) => {
        const status = { conditions: [{ type: "Ready", status: n % 2 === 0 ? "True" : "False", message: `${n}` }] };
        return requestBytes("PATCH", `${PODS}/pod-${n % 1000}/status`, { status }, MERGE);
      });
    case "create":
      return repeated(door, begin, job.connections, { count: job.count }, (n) =>
        requestBytes("POST", CONFIG_MAPS, configMapNumber(`${job.name}-${n}`)),
      );
    case "watch":
      return fanOut(door, begin, job);
  }
}

/** Asks over so many connections until the count or the time is up. @throws for an answer that is a refusal. */
async function repeated(
  door: Door,
  begin: () => void,
  connections: number,
  until: { readonly count: number } | { readonly seconds: number },
  request: (number: number) => Uint8Array,
): Promise<Result> {
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(door)));
  const latencies: number[] = [];
  let next = 0;
  begin();
  const start = performance.now();
  const mayGo = () => ("count" in until ? next < until.count : performance.now() - start < until.seconds * 1000);
  await Promise.all(
    open.map(async (connection) => {
      while (mayGo()) {
        const bytes = request(next++);
        const asked = performance.now();
        const status = await connection.ask(bytes);
        if (status >= 400) throw new Error(`answered ${status}`);
        latencies.push(performance.now() - asked);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  for (const connection of open) connection.close();
  return { operations: latencies.length, seconds, medianMs: median(latencies) };
}

/** How many objects change at once under the eyes of all watchers. */
const CHANGING = 16;
const OPENED_AT_ONCE = 20;

/** Many watch how a few objects change again and again. */
async function fanOut(
  door: Door,
  begin: () => void,
  { watchers, events, name }: Extract<Job, { type: "watch" }>,
): Promise<Result> {
  const writers = await Promise.all(Array.from({ length: CHANGING }, () => openConnection(door)));
  const { length: made } = await Promise.all(
    writers.map((writer, index) =>
      writer.ask(requestBytes("POST", CONFIG_MAPS, configMapNumber(`${name}-${index}`, name))),
    ),
  );
  const target = `${CONFIG_MAPS}?watch=true&resourceVersion=0&labelSelector=group%3D${name}`;
  const wanted = watchers * (events + made);
  let delivered = 0;
  let done = () => {};
  const all = new Promise<void>((resolve) => (done = resolve));
  const sockets: Awaited<ReturnType<typeof openWatch>>[] = [];
  const count = (events: number) => {
    delivered += events;
    if (delivered >= wanted) done();
  };
  // A few at a time: a thousand handshakes at once are another measurement.
  while (sockets.length < watchers) {
    const more = Array.from({ length: Math.min(OPENED_AT_ONCE, watchers - sockets.length) }, () =>
      openWatch(door, requestBytes("GET", target), count),
    );
    sockets.push(...(await Promise.all(more)));
  }
  const latencies: number[] = [];
  let next = 0;
  begin();
  const start = performance.now();
  await Promise.all(
    writers.map(async (writer, index) => {
      while (next < events) {
        const asked = performance.now();
        const change = requestBytes("PATCH", `${CONFIG_MAPS}/${name}-${index}`, { data: { n: String(next++) } }, MERGE);
        const status = await writer.ask(change);
        if (status >= 400) throw new Error(`answered ${status}`);
        latencies.push(performance.now() - asked);
      }
    }),
  );
  await all;
  const seconds = (performance.now() - start) / 1000;
  for (const socket of [...sockets, ...writers.map((writer) => ({ destroy: () => writer.close() }))]) socket.destroy();
  return { operations: watchers * events, seconds, medianMs: median(latencies) };
}

function podNumber(number: number): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${number}`, labels: { app: "web", "pod-template-hash": "5d4f8c7b9d" } },
    spec: {
      serviceAccountName: "default",
      schedulerName: "nobody",
      containers: [
        {
          name: "main",
          image: "registry.example.com/team/web:1.2.3",
          ports: [{ name: "http", containerPort: 8080 }],
          env: [{ name: "MODE", value: "production" }],
          resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } },
          readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 5 },
        },
      ],
    },
  };
}

/** About 1 kB. */
function configMapNumber(name: string, group = "none"): unknown {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { group } },
    data: { text: "x".repeat(960) },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
