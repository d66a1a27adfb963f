import type { KindRegistry } from "../../api/registry.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { badRequest, methodNotSupported, notFoundError, unknownPath } from "../../machinery/status.ts";
import type { Store } from "../../store/contract.ts";
import { encodeText } from "../encode/text.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { resourceOf } from "../storage/context.ts";
import { assembleStory } from "./assemble.ts";

export interface WhyParts {
  readonly store: Store<KubeObject>;
  readonly registry: KindRegistry;
}

const ROOT = "/wherry/v1/";

/**
 * What Wherry answers beyond Kubernetes, to whoever RBAC lets ask for these paths:
 *
 * - `/wherry/v1/records/KEY`: what is remembered of the changes of one key of the store, oldest first.
 * - `/wherry/v1/why/GROUP/VERSION/PLURAL/[NAMESPACE/]NAME`: the story of an object; GROUP is `core` for the core group.
 * - `/wherry/v1/snapshot`: the whole state, as `restoreSnapshot` takes it.
 *
 * Undefined for other paths. @throws {StatusError}
 */
export async function whyAnswer(request: ApiRequest, parts: WhyParts): Promise<ApiResponse | undefined> {
  if (!request.path.startsWith(ROOT)) return undefined;
  const [what = "", ...rest] = request.path.slice(ROOT.length).split("/").map(decodeURIComponent);
  if (request.method !== "GET") throw methodNotSupported({ group: "", name: what }, request.method);
  switch (what) {
    case "records":
      return json({ key: rest.join("/"), records: await parts.store.records(rest.join("/")) });
    case "why":
      return json(await storyOf(rest, parts));
    case "snapshot":
      return snapshot(parts.store);
    default:
      throw unknownPath();
  }
}

async function storyOf(segments: readonly string[], { store, registry }: WhyParts) {
  const [group = "", version = "", plural = "", ...names] = segments;
  const found = registry.byResource(group === "core" ? "" : group, version, plural);
  if (found === undefined) throw unknownPath();
  const kind = found.view?.of ?? found;
  if (names.length !== (kind.namespaced ? 2 : 1)) {
    throw badRequest(`${kind.plural} are named by ${kind.namespaced ? "NAMESPACE/NAME" : "NAME"}`);
  }
  const name = names.at(-1)!;
  const story = await assembleStory({ store, registry }, kind, kind.namespaced ? names[0] : undefined, name);
  if (story === undefined) throw notFoundError(resourceOf(kind), name);
  return story;
}

function snapshot(store: Store<KubeObject>): ApiResponse {
  async function* chunks() {
    for await (const chunk of store.snapshot()) yield [chunk];
  }
  return {
    status: 200,
    headers: {
      "cache-control": "no-store",
      "content-type": "application/octet-stream",
      "wherry-revision": String(store.revision),
    },
    body: { type: "chunks", chunks: chunks() },
  };
}

function json(value: unknown): ApiResponse {
  const headers = { "cache-control": "no-store", "content-type": "application/json" };
  return { status: 200, headers, body: encodeText(`${JSON.stringify(value)}\n`) };
}
