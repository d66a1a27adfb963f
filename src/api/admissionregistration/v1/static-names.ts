import type { KubeObject } from "../../../machinery/object.ts";

const SUFFIX = ".static.k8s.io";

/** Names that Kubernetes keeps for what is read from files of its server: it means to refuse them, and only says so yet. */
export function* staticNameWarnings({ metadata }: KubeObject): Iterable<string> {
  if (!metadata.name.endsWith(SUFFIX)) return;
  yield `metadata.name: names ending with "${SUFFIX}" are reserved for static manifest-based configurations and cannot be managed via the API`;
}
