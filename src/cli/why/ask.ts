import type { Story } from "../../apiserver/why/story.ts";
import type { ApiAccess } from "../context.ts";
import { findResource } from "./discover.ts";

/** Asks the server for the story of `pod/web`. @throws {ApiRefusal} where there is no such object. */
export async function askForStory(api: ApiAccess, kind: string, name: string, namespace: string): Promise<Story> {
  const { group, version, plural, namespaced } = await findResource(kind, api);
  const path = [group === "" ? "core" : group, version, plural, ...(namespaced ? [namespace] : []), name];
  return (await api.send("GET", `/wherry/v1/why/${path.map(encodeURIComponent).join("/")}`)) as Story;
}
