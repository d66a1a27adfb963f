import { parseJson } from "../../machinery/exact-json.ts";
import { ControllerRevision } from "../../api/apps/v1/controller-revision.ts";
import type { PodTemplateSpec } from "../../api/generated/core-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import { sortedGoJson } from "../../machinery/go-json.ts";
import type { Json } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import type { ReconcileContext } from "../../reconciler/controller.ts";
import { controllerReference } from "../../reconciler/ownership.ts";

/** An owner that remembers the templates that its pods had. */
export interface Revised extends KubeObject {
  readonly spec: { readonly template: PodTemplateSpec; readonly revisionHistoryLimit: number };
}

export interface History {
  /** The revision of the present template. */
  readonly current: ControllerRevision;
  /** All others, oldest first. */
  readonly old: readonly ControllerRevision[];
}

/** What names a revision: a hash of its template, and the labels that carry it. */
export interface RevisionName {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What a revision holds: a strategic merge patch that puts its template back. Its members stand in the order of their names, as
 * clients compare the text with one of their own making.
 */
function revisionData({ spec }: Revised): Json {
  return parseJson(sortedGoJson({ spec: { template: { ...spec.template, $patch: "replace" } } })) as Json;
}

/**
 * Finds the revision of the owner's present template, or makes it.
 * @returns undefined where another revision has its name: the owner must count a collision.
 */
export async function reviseHistory(
  owner: Revised,
  { name, labels }: RevisionName,
  { cache, client, because, signal }: ReconcileContext,
): Promise<History | undefined> {
  const data = revisionData(owner);
  const all = cache.ownedBy(ControllerRevision, owner).toSorted(byRevision);
  const present = all.findLast((revision) => sameJson(revision.data, data));
  const old = all.filter((revision) => revision !== present);
  const next = (old.at(-1)?.revision ?? 0) + 1;
  if (present !== undefined) {
    if (present.revision >= next) return { current: present, old };
    because("its template is the newest again");
    const current = await client.update(ControllerRevision, { ...present, revision: next }, { signal });
    return { current, old };
  }
  because("its template is new");
  const { namespace, annotations } = owner.metadata as { readonly namespace: string; readonly annotations?: object };
  const metadata = {
    name,
    namespace,
    labels: { ...owner.spec.template.metadata?.labels, ...labels },
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [controllerReference(owner)],
  };
  try {
    return { current: await client.create(ControllerRevision, { metadata, data, revision: next }, { signal }), old };
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
    const known = await client.get(ControllerRevision, { namespace, name }, { signal });
    const isSame = sameJson(known.data, data) && known.metadata.ownerReferences?.[0]?.uid === owner.metadata.uid;
    return isSame ? { current: known, old } : undefined;
  }
}

/** Deletes the oldest revisions that no pod has any more, as far as there are more than are to be remembered. */
export async function trimHistory(
  owner: Revised,
  old: readonly ControllerRevision[],
  isLive: (revision: ControllerRevision) => boolean,
  { client, because, signal }: ReconcileContext,
): Promise<void> {
  const idle = old.filter((revision) => !isLive(revision));
  const surplus = Math.max(0, old.length - owner.spec.revisionHistoryLimit);
  because("keeps no more old templates than its history holds");
  for (const { metadata } of idle.slice(0, surplus)) {
    await client.delete(ControllerRevision, metadata, { uid: metadata.uid, signal }).catch((error: unknown) => {
      if (!isStatus(error, "NotFound")) throw error;
    });
  }
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return (
    a.revision - b.revision ||
    byteOrder(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    byteOrder(a.metadata.name, b.metadata.name)
  );
}
