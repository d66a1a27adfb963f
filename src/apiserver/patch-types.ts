import type { Kind } from "../api/kind.ts";
import type { PatchType } from "../client/call.ts";

export const STRATEGIC_PATCH: PatchType = "application/strategic-merge-patch+json";

/** All media types of patches. */
export const PATCH_TYPES: readonly PatchType[] = [
  "application/json-patch+json",
  "application/merge-patch+json",
  STRATEGIC_PATCH,
  "application/apply-patch+yaml",
];

const CUSTOM_PATCH_TYPES = PATCH_TYPES.filter((type) => type !== STRATEGIC_PATCH);

/** By which media types objects of a kind are patched. Clients learn it from the documents of OpenAPI, and choose by it. */
export function patchTypesOf({ custom }: Pick<Kind, "custom">): readonly PatchType[] {
  return custom === undefined ? PATCH_TYPES : CUSTOM_PATCH_TYPES;
}
