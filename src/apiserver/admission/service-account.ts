import type { Pod, ServiceAccount } from "../../api/generated/core-v1.ts";
import { type Clock, delay } from "../../base/clock.ts";
import { type Random, randomName } from "../../base/random.ts";
import type { Mutable } from "../../machinery/object.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { refusal } from "./refusal.ts";

const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** Tokens are asked for this long, so that clients which never read the file again keep working for a year. */
const TOKEN_SECONDS = 3607;
const DEFAULT_MODE = 0o644;
const MIRROR = "kubernetes.io/config.mirror";
/** The default account of a new namespace comes from a loop: its first pod may be quicker. */
const WAITS_FOR_DEFAULT = 20;
const WAIT_MS = 50;

/** Nobody has checked it yet: it may come without containers. */
type DraftPod = Mutable<Omit<Pod, "spec"> & { readonly spec: Partial<Pod["spec"]> }>;

/** Every pod acts as a service account, and finds that account's token in a file. */
export function serviceAccount(lookup: Lookup, clock: Clock, random: Random): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    async admit(request) {
      if (!isPodCreation(request)) return;
      const pod = request.object as unknown as DraftPod;
      if (pod.metadata.annotations?.[MIRROR] !== undefined) return;
      if ((pod.spec.serviceAccountName ?? "") === "") pod.spec.serviceAccountName = "default";
      pod.spec.serviceAccount = pod.spec.serviceAccountName!;
      const account = await findAccount(request, pod.spec.serviceAccountName!, lookup, clock);
      if (automounts(account, pod)) mountToken(pod, random);
      if ((pod.spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) {
        pod.spec.imagePullSecrets = structuredClone(account.imagePullSecrets) as { name?: string }[];
      }
    },
    validate(request) {
      if (!isPodCreation(request)) return;
      const pod = request.object as unknown as Pod;
      if (pod.metadata.annotations?.[MIRROR] === undefined) return;
      if ((pod.spec.serviceAccountName ?? "") !== "")
        throw refusal(request, "a mirror pod may not reference service accounts");
    },
  };
}

function isPodCreation({ kind, operation, subresource }: AdmissionRequest): boolean {
  return kind.group === "" && kind.kind === "Pod" && operation === "CREATE" && subresource === "";
}

async function findAccount(
  request: AdmissionRequest,
  name: string,
  lookup: Lookup,
  clock: Clock,
): Promise<ServiceAccount> {
  const { namespace } = request;
  const signal = new AbortController().signal;
  for (let attempt = 0; attempt <= (name === "default" ? WAITS_FOR_DEFAULT : 0); attempt++) {
    if (attempt > 0) await delay(clock, WAIT_MS, { signal });
    const account = lookup.get<ServiceAccount>("core/serviceaccounts", name, namespace);
    if (account !== undefined) return account;
  }
  throw refusal(request, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
}

function automounts(account: ServiceAccount, pod: DraftPod): boolean {
  return pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function mountToken(pod: DraftPod, random: Random): void {
  const present = pod.spec.volumes?.find((volume) => volume.name.startsWith("kube-api-access-"))?.name;
  const name = present ?? `kube-api-access-${randomName(random, 5)}`;
  let mounted = false;
  for (const container of [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])]) {
    if (container.volumeMounts?.some((mount) => mount.mountPath === TOKEN_PATH) === true) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_PATH }];
    mounted = true;
  }
  if (mounted && present === undefined) pod.spec.volumes = [...(pod.spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string) {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
      defaultMode: DEFAULT_MODE,
    },
  };
}
