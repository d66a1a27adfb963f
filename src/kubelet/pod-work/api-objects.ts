import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from "../../api/generated/core-v1.ts";
import type { TokenRequest } from "../../api/generated/authentication-v1.ts";
import type { Kind } from "../../api/kind.ts";
import { delay } from "../../base/clock.ts";
import { TaskGroup } from "../../base/task-group.ts";
import type { Client } from "../../client/client.ts";
import type { Informer, InformerParts } from "../../client/informer.ts";
import { startInformer } from "../../client/informer.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { isStatus } from "../../machinery/status.ts";
import { parseTime } from "../../machinery/time.ts";
import { namespaceOf } from "../containers/names.ts";
import {
  ClusterTrustBundleKind,
  ConfigMapKind,
  PersistentVolumeClaimKind,
  PersistentVolumeKind,
  SecretKind,
  ServiceAccountKind,
} from "../kinds.ts";
import { isStatic } from "../static-pods/annotations.ts";
import type { ServiceAccountToken, TokenDemand, TrustSelection, VolumeObjects } from "../volumes/plugin.ts";
import type { ApiObjects } from "./parts.ts";

/** The objects of the API that containers and volumes are made from, and news of those that volumes show. */
export class LiveObjects implements ApiObjects, VolumeObjects {
  readonly #client: Client;
  readonly #parts: InformerParts;
  readonly #services: Informer<Service>;
  readonly #followed = new Map<string, Followed>();
  readonly #tokens = new Map<string, ServiceAccountToken & { readonly madeAtMs: number }>();

  constructor(parts: InformerParts, services: Informer<Service>) {
    this.#client = parts.client;
    this.#parts = parts;
    this.#services = services;
  }

  configMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    return this.#get(ConfigMapKind, namespace, name);
  }

  secret(namespace: string, name: string): Promise<Secret | undefined> {
    return this.#get(SecretKind, namespace, name);
  }

  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined> {
    return this.#get(PersistentVolumeClaimKind, namespace, name);
  }

  persistentVolume(name: string): Promise<PersistentVolume | undefined> {
    return this.#get(PersistentVolumeKind, undefined, name);
  }

  async services(pod: Pod): Promise<Iterable<Service>> {
    if (!isStatic(pod)) await this.#services.synced;
    return this.#services.list();
  }

  /** A token is used until most of its life is over; the volume is then made anew and asks again. */
  async token({ pod, audience, expirationSeconds }: TokenDemand): Promise<ServiceAccountToken> {
    const key = `${pod.metadata.uid}/${audience}/${expirationSeconds}`;
    const now = this.#parts.clock.now();
    const known = this.#tokens.get(key);
    if (known !== undefined && now < known.madeAtMs + (known.expiresAtMs - known.madeAtMs) * FRESH_PART) return known;
    const name = { namespace: namespaceOf(pod), name: pod.spec.serviceAccountName ?? "default" };
    const body = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        audiences: audience === "" ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { kind: "Pod", apiVersion: "v1", name: pod.metadata.name, uid: pod.metadata.uid },
      },
    };
    const signal = this.#parts.tasks.signal;
    const answer = await this.#client
      .createSubresource<TokenRequest>(ServiceAccountKind, name, "token", body, { signal })
      .catch((error: unknown) => {
        throw new Error(`failed to fetch token: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      });
    const token = { token: answer.status.token, expiresAtMs: parseTime(answer.status.expirationTimestamp ?? "") };
    this.#tokens.set(key, { ...token, madeAtMs: now });
    return token;
  }

  async trustBundle({ name, signerName, matchLabels }: TrustSelection): Promise<string | undefined> {
    const signal = this.#parts.tasks.signal;
    const { items } = await this.#client.list(ClusterTrustBundleKind, { signal });
    const chosen = items.filter(({ metadata, spec }) =>
      name === undefined
        ? spec.signerName === signerName &&
          Object.entries(matchLabels ?? {}).every(([key, value]) => metadata.labels?.[key] === value)
        : metadata.name === name,
    );
    if (chosen.length === 0) return undefined;
    const certificates = chosen.flatMap(({ spec }) => spec.trustBundle.match(PEM_CERTIFICATE) ?? []);
    return [...new Set(certificates)].map((pem) => `${pem}\n`).join("");
  }

  /** Calls back whenever one of the objects that the pod's volumes show has changed since they were read. */
  follow(pod: Pod, sinceMs: number, onChange: () => void): void {
    for (const { kind, name } of shownObjects(pod)) {
      const namespace = namespaceOf(pod);
      const key = `${kind.plural}/${namespace}/${name}`;
      let followed = this.#followed.get(key);
      if (followed === undefined) {
        const tasks = new TaskGroup(this.#parts.tasks.signal);
        const users = new Map<string, () => void>();
        const informer = startInformer(
          kind,
          { ...this.#parts, tasks },
          { namespace, fieldSelector: `metadata.name=${name}` },
        );
        const made: Followed = { tasks, users, changedAtMs: 0, lingers: false };
        informer.subscribe(() => {
          made.changedAtMs = this.#parts.clock.now();
          users.forEach((tell) => tell());
        });
        this.#parts.tasks.spawn(() => tasks.done());
        followed = made;
        this.#followed.set(key, followed);
      }
      followed.users.set(pod.metadata.uid, onChange);
      if (followed.changedAtMs >= sinceMs) onChange();
    }
  }

  unfollow(uid: string): void {
    for (const key of this.#tokens.keys()) if (key.startsWith(`${uid}/`)) this.#tokens.delete(key);
    for (const [key, followed] of this.#followed) {
      if (followed.users.delete(uid) && followed.users.size === 0) this.#linger(key, followed);
    }
  }

  /** Goes on following for a while what nobody uses any more. */
  #linger(key: string, followed: Followed): void {
    if (followed.lingers) return;
    followed.lingers = true;
    followed.tasks.spawn(async (signal) => {
      await delay(this.#parts.clock, LINGER_MS, { signal }).catch(() => {});
      followed.lingers = false;
      if (signal.aborted || followed.users.size > 0) return;
      this.#followed.delete(key);
      followed.tasks.abort();
    });
  }

  async #get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string): Promise<T | undefined> {
    try {
      const wanted = namespace === undefined ? { name } : { namespace, name };
      return await this.#client.get(kind, wanted, { signal: this.#parts.tasks.signal });
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

interface Followed {
  readonly tasks: TaskGroup;
  /** By the uid of the pod. */
  readonly users: Map<string, () => void>;
  /** When the last news of it came. */
  changedAtMs: number;
  /** Nobody used it at some time in the last {@link LINGER_MS}; it ends when that is still so. */
  lingers: boolean;
}

/** The next pod often shows the same objects, and listing and watching them anew costs it as much as a token. */
const LINGER_MS = 60_000;

const FRESH_PART = 0.79;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function shownObjects(pod: Pod): readonly { readonly kind: Kind; readonly name: string }[] {
  const shown = new Map<string, { kind: Kind; name: string }>();
  const add = (kind: Kind, name: string | undefined) => {
    if (name !== undefined && name !== "") shown.set(`${kind.plural}/${name}`, { kind, name });
  };
  for (const { configMap, secret, projected } of pod.spec.volumes ?? []) {
    add(ConfigMapKind as unknown as Kind, configMap?.name);
    add(SecretKind as unknown as Kind, secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add(ConfigMapKind as unknown as Kind, source.configMap?.name);
      add(SecretKind as unknown as Kind, source.secret?.name);
    }
  }
  return [...shown.values()];
}
