import { dnsLabel1035, pathSegment } from "../../machinery/formats.ts";
import { invalid, type Issue, required } from "../../machinery/issue.ts";
import type { Json, JsonObject } from "../../machinery/json.ts";
import { metadataIssues } from "../../machinery/metadata.ts";
import type { ObjectMeta } from "../../machinery/object.ts";

/** What keeps a part of an object from being an object of the API itself. Its metadata were decoded with it. */
export function* embeddedIssues(object: JsonObject, at: string): Iterable<Issue> {
  const { apiVersion, kind, metadata } = object;
  if (apiVersion === undefined) yield required(`${at}.apiVersion`);
  if (kind === undefined) yield required(`${at}.kind`);
  if (apiVersion !== undefined) yield* textIssues(apiVersion, `${at}.apiVersion`, versionProblem);
  if (kind !== undefined) yield* textIssues(kind, `${at}.kind`, kindProblem);
  if (metadata === undefined) return;
  const { name = "", namespace = "", ...rest } = metadata as Partial<ObjectMeta>;
  // Neither has to be there.
  const named = { ...rest, name: name === "" ? "fakename" : name, ...(namespace === "" ? {} : { namespace }) };
  for (const issue of metadataIssues(named, { namespaced: namespace !== "", name: pathSegment })) {
    yield { ...issue, field: `${at}.${issue.field}` };
  }
}

function* textIssues(value: Json, at: string, problemOf: (text: string) => string | undefined): Iterable<Issue> {
  if (typeof value !== "string") yield invalid(at, value, "must be a string");
  else if (value === "") yield invalid(at, value, "must not be empty");
  else {
    const problem = problemOf(value);
    if (problem !== undefined) yield invalid(at, value, problem);
  }
}

function versionProblem(text: string): string | undefined {
  return text.split("/").length > 2 ? `unexpected GroupVersion string: ${text}` : undefined;
}

function kindProblem(text: string): string | undefined {
  const problems = dnsLabel1035(text.toLowerCase());
  return problems.length === 0 ? undefined : `may have mixed case, but should otherwise match: ${problems.join(",")}`;
}
