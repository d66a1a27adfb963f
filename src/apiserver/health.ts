import type { ApiResponse } from "./http.ts";
import { encodeText } from "./encode/text.ts";

/** Something that must be well for the server to be well. */
export interface HealthCheck {
  /** Such as `etcd` or `poststarthook/rbac/bootstrap-roles`; a path of its own under each endpoint that asks it. */
  readonly name: string;
  /** Which questions it belongs to. Default: all. */
  readonly endpoints?: readonly HealthEndpoint[];
  /** What is wrong; undefined if all is well. Clients are not told the reason. */
  check(): string | undefined;
}

export type HealthEndpoint = "healthz" | "livez" | "readyz";

const ENDPOINTS: readonly string[] = ["healthz", "livez", "readyz"] satisfies readonly HealthEndpoint[];

export const pingCheck: HealthCheck = { name: "ping", check: () => undefined };

/** Answers `/healthz`, `/livez`, `/readyz` and their checks one by one; undefined for other paths and unknown checks. */
export function healthAnswer(
  path: string,
  query: URLSearchParams,
  checks: readonly HealthCheck[],
): ApiResponse | undefined {
  const [, endpoint = "", ...rest] = path.split("/");
  if (!ENDPOINTS.includes(endpoint)) return undefined;
  const own = checks.filter(
    ({ endpoints }) => endpoints === undefined || endpoints.includes(endpoint as HealthEndpoint),
  );
  return rest.length === 0 ? allAnswer(endpoint, query, own) : oneAnswer(rest.join("/"), own);
}

function allAnswer(endpoint: string, query: URLSearchParams, checks: readonly HealthCheck[]): ApiResponse {
  const excluded = new Set(query.getAll("exclude"));
  const lines: string[] = [];
  let failed = false;
  for (const { name, check } of checks) {
    if (excluded.delete(name)) lines.push(`[+]${name} excluded: ok`);
    else if (check() === undefined) lines.push(`[+]${name} ok`);
    else {
      failed = true;
      lines.push(`[-]${name} failed: reason withheld`);
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => `"${name}"`).join(",");
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  if (failed) return text(500, `${lines.join("\n")}\n${endpoint} check failed\n\n`);
  return query.has("verbose") ? text(200, `${lines.join("\n")}\n${endpoint} check passed\n`) : text(200, "ok");
}

function oneAnswer(name: string, checks: readonly HealthCheck[]): ApiResponse | undefined {
  const check = checks.find((each) => each.name === name);
  if (check === undefined) return undefined;
  const problem = check.check();
  return problem === undefined ? text(200, "ok") : text(500, `internal server error: ${problem}\n`);
}

function text(status: number, body: string): ApiResponse {
  return {
    status,
    headers: {
      "cache-control": "no-cache, private",
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
    },
    body: encodeText(body),
  };
}
