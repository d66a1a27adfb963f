import type { JsonObject } from "../../machinery/json.ts";
import { annotationIssues, labelIssues } from "../../machinery/metadata.ts";
import { issueText } from "../../machinery/issue.ts";
import type { KubeObject, ObjectMeta } from "../../machinery/object.ts";

/** What a webhook answered is no conversion; the message says how, in Kubernetes' words. */
export class ConversionError extends Error {}

interface ConversionReview {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly response?: {
    readonly uid?: string;
    readonly convertedObjects?: readonly unknown[];
    readonly result?: { readonly status?: string; readonly message?: string };
  };
}

/** The objects of an answer. @throws {ConversionError} */
export function convertedIn(answer: unknown, apiVersion: string, uid: string): readonly unknown[] {
  const { kind = "", apiVersion: given = "", response } = (answer ?? {}) as ConversionReview;
  const isChecked = apiVersion.endsWith("/v1");
  if (isChecked && (kind !== "ConversionReview" || given !== apiVersion)) {
    throw failed(`expected webhook response of ${apiVersion}, Kind=ConversionReview, got ${given}, Kind=${kind}`);
  }
  if (response === undefined || response === null) throw failed("no response provided");
  if (isChecked && response.uid !== uid) {
    throw failed(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`);
  }
  const { status = "", message = "" } = response.result ?? {};
  if (status !== "Success") {
    throw failed(message === "" ? `response.result.status was '${status}', not 'Success'` : message);
  }
  return response.convertedObjects ?? [];
}

function failed(why: string): ConversionError {
  return new ConversionError(`failed: ${why}`);
}

/**
 * A converted object with the metadata of the original, of which a webhook may change labels and annotations alone.
 * @throws {ConversionError}
 */
export function restored(given: unknown, original: KubeObject, apiVersion: string, index: number): KubeObject {
  const refuse = (what: string, why: string) => new ConversionError(`returned invalid ${what}: ${why}`);
  const here = `object at index ${index}`;
  if (typeof given !== "object" || given === null) throw refuse(here, "Object 'Kind' is missing");
  const object = given as KubeObject;
  if (object.apiVersion !== apiVersion) {
    throw refuse(here, `invalid groupVersion (expected ${apiVersion}, received ${object.apiVersion})`);
  }
  if (object.kind !== original.kind) {
    throw refuse(here, `invalid kind (expected ${original.kind}, received ${object.kind})`);
  }
  const metadata = object.metadata as ObjectMeta | undefined;
  for (const [name, field] of KEPT) {
    const [before, after] = [original.metadata[field] ?? "", metadata?.[field] ?? ""];
    if (before !== after) throw refuse("object", `must have the same ${name}: ${before} != ${after}`);
  }
  if (metadata === undefined) throw refuse("metadata", "missing metadata in converted object");
  const { labels: _labels, annotations: _annotations, ...rest } = original.metadata;
  const issues = [
    ...labelIssues(metadata.labels ?? {}, "metadata.labels"),
    ...annotationIssues(metadata.annotations ?? {}, "metadata.annotation"),
  ];
  if (issues.length > 0) throw refuse("metadata", issues.map(issueText).join(", "));
  return { ...object, metadata: { ...rest, ...present(metadata, "labels"), ...present(metadata, "annotations") } };
}

const KEPT = [
  ["name", "name"],
  ["namespace", "namespace"],
  ["UID", "uid"],
] as const;

function present(metadata: ObjectMeta, name: "labels" | "annotations"): JsonObject {
  const value = metadata[name];
  return value === undefined || value === null ? {} : { [name]: value };
}
