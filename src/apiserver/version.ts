import type { ApiResponse } from "./http.ts";
import { encodeText } from "./encode/text.ts";

/** The release of Kubernetes whose API this is; `kubectl`, Helm and client-go read it. */
export const KUBERNETES_VERSION = "v1.36.3";

const [major = "", minor = ""] = KUBERNETES_VERSION.slice(1).split(".");

const document = {
  major,
  minor,
  emulationMajor: major,
  emulationMinor: minor,
  minCompatibilityMajor: major,
  minCompatibilityMinor: String(Number(minor) - 1),
  gitVersion: KUBERNETES_VERSION,
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "wherry",
  platform: "linux/amd64",
};

/** Answers `/version`. */
export function versionAnswer(): ApiResponse {
  return {
    status: 200,
    headers: { "cache-control": "no-cache, private", "content-type": "application/json" },
    body: encodeText(JSON.stringify(document, undefined, 2)),
  };
}
