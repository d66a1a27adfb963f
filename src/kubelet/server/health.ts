import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import { notFound, plain } from "./responses.ts";

/** Whatever answers at all is well: one process does all of the work. */
const CHECKS = ["ping", "log", "syncloop"];

/** `GET /healthz[/<check>][?verbose]`. */
export function healthz({ query }: ApiRequest, [check]: readonly string[]): ApiResponse {
  if (check !== undefined) return CHECKS.includes(check) ? plain(200, "ok") : notFound();
  if (!query.has("verbose")) return plain(200, "ok");
  return plain(200, `${CHECKS.map((name) => `[+]${name} ok\n`).join("")}healthz check passed\n`);
}
