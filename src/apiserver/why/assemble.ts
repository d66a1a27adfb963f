import type { Kind } from "../../api/kind.ts";
import { keyOf } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { ChangeRecord, Store } from "../../store/contract.ts";
import { eventsAbout } from "./events.ts";
import { namesOf, type StoryNames } from "./names.ts";
import { sentenceOf } from "./sentence.ts";
import type { SeenStep, Step, Story } from "./story.ts";
import { waitsOf } from "./waits.ts";

export interface StorySource {
  readonly store: Pick<Store<KubeObject>, "get" | "list" | "records">;
  readonly registry: KindRegistry;
}

/** A story ends here, however much more could be told. */
const MOST_STEPS = 250;
const LONGEST_CHAIN = 16;

/** Tells an object's story; undefined where neither the object nor any record of it is there. */
export async function assembleStory(
  source: StorySource,
  kind: Kind,
  namespace: string | undefined,
  name: string,
): Promise<Story | undefined> {
  const key = keyOf(kind, namespace, name);
  const object = source.store.get(key)?.value;
  const teller = new Teller(source);
  const own = lifeUpTo(await teller.records(key), Number.POSITIVE_INFINITY);
  if (object === undefined && own.length === 0) return undefined;
  for (const record of own) teller.tell(key, record, "own");
  await teller.followCauses();
  // Everything so far was led to by somebody's request: the first of these is where the story begins.
  const first = Math.min(...teller.told().map(({ record }) => record.at));
  const startMs = Number.isFinite(first) ? first : 0;
  await teller.tellOwners(object, own[0]);
  await teller.tellOrigins();
  await teller.followCauses();
  const steps = teller.told().map((each) => stepOf(each, teller, startMs));
  const events = await eventsAbout(source, { kind: kind.kind, namespace, name, uid: object?.metadata.uid }, startMs);
  const forgotten = own[0]?.type === "create" ? [] : [`the creation of ${kind.kind} ${name} is no longer remembered`];
  return {
    subject: {
      key,
      kind: kind.kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      exists: object !== undefined,
    },
    startMs,
    steps: [...steps, ...events].toSorted((a, b) => a.revision - b.revision),
    waitsFor: object === undefined ? [] : waitsOf(object, own),
    missing: [...forgotten, ...teller.missing()],
  };
}

interface Told {
  readonly key: string;
  readonly record: ChangeRecord;
  readonly part: "own" | "owner" | "cause";
}

/** Gathers the steps of one story: each change once, and what led to it. */
class Teller {
  readonly names: StoryNames;
  readonly #source: StorySource;
  readonly #records = new Map<string, Promise<readonly ChangeRecord[]>>();
  /** By revision, which a change has alone. */
  readonly #told = new Map<number, Told>();
  readonly #missing = new Set<string>();
  #fresh: Told[] = [];

  constructor(source: StorySource) {
    this.#source = source;
    this.names = namesOf(source.registry);
  }

  records(key: string): Promise<readonly ChangeRecord[]> {
    let records = this.#records.get(key);
    if (records === undefined) this.#records.set(key, (records = this.#source.store.records(key)));
    return records;
  }

  tell(key: string, record: ChangeRecord, part: Told["part"]): void {
    if (this.#told.has(record.revision)) return;
    if (this.#told.size >= MOST_STEPS) {
      this.#missing.add(`more than ${MOST_STEPS} steps led here: the rest is left out`);
      return;
    }
    const told = { key, record, part };
    this.#told.set(record.revision, told);
    this.#fresh.push(told);
  }

  has(revision: number): boolean {
    return this.#told.has(revision);
  }

  told(): readonly Told[] {
    return [...this.#told.values()];
  }

  missing(): readonly string[] {
    return [...this.#missing];
  }

  /** Tells what led to what has been told, and what led to that. An object's own earlier changes are no causes of later ones. */
  async followCauses(): Promise<void> {
    for (let depth = 0; this.#fresh.length > 0 && depth < LONGEST_CHAIN; depth++) {
      const steps = this.#fresh;
      this.#fresh = [];
      for (const { key, record } of steps) {
        for (const seen of record.cause?.saw ?? []) {
          if (seen.key === key || this.has(seen.revision)) continue;
          const led = (await this.records(seen.key)).find(({ revision }) => revision === seen.revision);
          if (led !== undefined) this.tell(seen.key, led, "cause");
          else this.#missing.add(`revision ${seen.revision} of ${this.names.nameOf(seen.key)} is no longer remembered`);
        }
      }
    }
  }

  /** Tells of everything in the story how it came to be. */
  async tellOrigins(): Promise<void> {
    const first = new Map<string, number>();
    for (const { key, record } of this.told()) {
      first.set(key, Math.min(first.get(key) ?? Number.POSITIVE_INFINITY, record.revision));
    }
    for (const [key, revision] of first) {
      const origin = lifeUpTo(await this.records(key), revision)[0];
      if (origin?.type === "create") this.tell(key, origin, "cause");
    }
  }

  /** Tells how each owner came to be, up the chain; of an owner that is gone its records tell. */
  async tellOwners(object: KubeObject | undefined, creation: ChangeRecord | undefined): Promise<void> {
    let current = object;
    let before = creation?.revision ?? Number.POSITIVE_INFINITY;
    for (let height = 0; current !== undefined && height < LONGEST_CHAIN; height++) {
      const { ownerReferences = [], namespace } = current.metadata;
      const reference = ownerReferences.find(({ controller }) => controller === true) ?? ownerReferences[0];
      if (reference === undefined) return;
      const key = this.names.keyOfOwner(reference, namespace);
      if (key === undefined) return;
      const created = lifeUpTo(await this.records(key), before)[0];
      if (created?.type === "create") this.tell(key, created, "owner");
      else this.#missing.add(`the creation of ${reference.kind} ${reference.name} is no longer remembered`);
      before = created?.revision ?? before;
      const owner: KubeObject | undefined = this.#source.store.get(key)?.value;
      current = owner?.metadata.uid === reference.uid ? owner : undefined;
    }
  }
}

/** The records of the object that had the name at a revision: others of that name may have come before or after it. */
function lifeUpTo(records: readonly ChangeRecord[], revision: number): readonly ChangeRecord[] {
  const start = records.findLastIndex((record) => record.type === "create" && record.revision <= revision);
  const life = records.slice(Math.max(start, 0));
  const end = life.findIndex(({ type }) => type === "delete");
  return end < 0 ? life : life.slice(0, end + 1);
}

function stepOf({ key, record, part }: Told, teller: Teller, startMs: number): Step {
  const { revision, at, user, cause, changed } = record;
  const object = teller.names.nameOf(key);
  const saw: readonly SeenStep[] = (cause?.saw ?? []).map((seen) => ({
    ...seen,
    object: teller.names.nameOf(seen.key),
    told: teller.has(seen.revision),
  }));
  return {
    key,
    object,
    revision,
    atMs: at,
    sinceStartMs: at - startMs,
    ...(cause?.startedAtMs === undefined ? {} : { thoughtMs: at - cause.startedAtMs }),
    part,
    who: { actor: cause?.actor ?? "", user },
    what: `${sentenceOf(record)} ${object}`,
    ...(cause?.reason === undefined ? {} : { why: cause.reason }),
    saw,
    facts: cause?.facts ?? {},
    details: changed ?? [],
  };
}
