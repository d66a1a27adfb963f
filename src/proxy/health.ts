import type { HealthCheck } from "./rules.ts";

export interface HealthAnswer {
  /** 200, or 503 where this node has no endpoint. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an outer load balancer is told. The same body as Kubernetes'. @param service `namespace/name` */
export function healthAnswer(service: string, { localEndpoints }: HealthCheck): HealthAnswer {
  const [namespace, name] = service.split("/");
  const text = [
    "{",
    '\t"service": {',
    `\t\t"namespace": ${JSON.stringify(namespace)},`,
    `\t\t"name": ${JSON.stringify(name)}`,
    "\t},",
    `\t"localEndpoints": ${localEndpoints},`,
    '\t"serviceProxyHealthy": true',
    "}",
  ];
  return {
    status: localEndpoints > 0 ? 200 : 503,
    headers: {
      "content-type": "application/json",
      "x-content-type-options": "nosniff",
      "x-load-balancing-endpoint-weight": String(localEndpoints),
    },
    body: text.join("\n"),
  };
}
