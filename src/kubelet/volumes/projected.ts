import type { VolumeProjection } from "../../api/generated/core-v1.ts";
import { namespaceOf } from "../containers/names.ts";
import type { VolumeContext, VolumePlugin } from "./plugin.ts";
import type { Files } from "./projection.ts";
import { configMapFiles, downwardFiles, projection, secretFiles } from "./projection.ts";
import { removeVolume } from "./remove.ts";

/** A token is replaced when this part of its life is over, and after a day at the latest. */
const TOKEN_USED_PART = 0.8;
const OLDEST_TOKEN_MS = 24 * 3600 * 1000;

/** Several sources in one folder: what every pod gets its service account's token by. */
export const projectedVolume: VolumePlugin = {
  name: "projected",
  inMemory: true,
  handles: (volume) => volume.projected !== undefined,
  async find(context) {
    const { sources, defaultMode = 0o644 } = context.volume.projected!;
    const files: Files = new Map();
    const errors: string[] = [];
    let refreshAtMs = Infinity;
    const collected = await Promise.allSettled((sources ?? []).map((source) => collect(context, source, defaultMode)));
    for (const result of collected) {
      if (result.status === "rejected") {
        errors.push(result.reason instanceof Error ? result.reason.message : String(result.reason));
        continue;
      }
      for (const [path, file] of result.value.files) files.set(path, file);
      refreshAtMs = Math.min(refreshAtMs, result.value.refreshAtMs ?? Infinity);
    }
    if (errors.length > 0) throw new Error(errors.length === 1 ? errors[0]! : `[${[...new Set(errors)].join(", ")}]`);
    return projection(context, files, refreshAtMs);
  },
  tearDown: removeVolume,
};

interface Collected {
  readonly files: Files;
  readonly refreshAtMs?: number;
}

async function collect(context: VolumeContext, source: VolumeProjection, defaultMode: number): Promise<Collected> {
  const { pod, objects, facts } = context;
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (secret !== undefined) {
    const { name = "", items, optional = false } = secret;
    const found = await objects.secret(namespaceOf(pod), name);
    if (found === undefined && !optional) throw new Error(`secret "${name}" not found`);
    return { files: secretFiles(found, items, defaultMode, optional) };
  }
  if (configMap !== undefined) {
    const { name = "", items, optional = false } = configMap;
    const found = await objects.configMap(namespaceOf(pod), name);
    if (found === undefined && !optional) throw new Error(`configmap "${name}" not found`);
    return { files: configMapFiles(found, items, defaultMode, optional) };
  }
  if (downwardAPI !== undefined) return { files: downwardFiles(pod, downwardAPI.items, defaultMode, facts) };
  if (serviceAccountToken !== undefined) return await tokenFile(context, serviceAccountToken, defaultMode);
  if (clusterTrustBundle !== undefined) return await trustBundleFile(context, clusterTrustBundle, defaultMode);
  return { files: new Map() };
}

async function tokenFile(
  context: VolumeContext,
  { audience = "", expirationSeconds = 3600, path }: NonNullable<VolumeProjection["serviceAccountToken"]>,
  defaultMode: number,
): Promise<Collected> {
  const { pod, nowMs } = context;
  const { token, expiresAtMs } = await context.objects.token({ pod, audience, expirationSeconds });
  const refreshAtMs = nowMs + Math.min((expiresAtMs - nowMs) * TOKEN_USED_PART, OLDEST_TOKEN_MS);
  return {
    files: new Map([[path, { bytes: new TextEncoder().encode(token), ...access(context, defaultMode) }]]),
    refreshAtMs,
  };
}

async function trustBundleFile(
  context: VolumeContext,
  { name, signerName, labelSelector, optional = false, path }: NonNullable<VolumeProjection["clusterTrustBundle"]>,
  defaultMode: number,
): Promise<Collected> {
  const matchLabels = labelSelector?.matchLabels;
  const pem = await context.objects.trustBundle({
    ...(name === undefined ? {} : { name }),
    ...(signerName === undefined ? {} : { signerName }),
    ...(matchLabels === undefined ? {} : { matchLabels }),
  });
  if (pem === undefined && !optional) {
    throw new Error(
      name === undefined
        ? `combination of signerName and labelSelector matched zero ClusterTrustBundles`
        : `clustertrustbundle.certificates.k8s.io "${name}" not found`,
    );
  }
  return { files: new Map([[path, { bytes: new TextEncoder().encode(pem ?? ""), ...access(context, defaultMode) }]]) };
}

/** Only the pod's one user reads a token where all of its containers run as the same; with a group, the group reads it too. */
function access({ pod }: VolumeContext, defaultMode: number): { mode: number; uid?: number } {
  const shared = pod.spec.securityContext;
  const users = new Set(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(
      (container) => container.securityContext?.runAsUser ?? shared?.runAsUser,
    ),
  );
  const [uid] = users.size === 1 ? [...users] : [];
  if (uid === undefined && shared?.fsGroup === undefined) return { mode: defaultMode };
  return uid === undefined ? { mode: 0o600 } : { mode: 0o600, uid };
}
