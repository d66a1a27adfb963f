import type { KubeObject } from "../../machinery/object.ts";

/** What a pod uses by name in its own namespace, as `secrets/name`, `configmaps/name` and so on. */
export type PodReferences = ReadonlySet<string>;

const known = new WeakMap<KubeObject, PodReferences>();

export function podReferences(pod: KubeObject): PodReferences {
  let references = known.get(pod);
  if (references === undefined) known.set(pod, (references = collect(pod)));
  return references;
}

interface Pod extends KubeObject {
  readonly spec: PodSpec;
  readonly status?: { readonly resourceClaimStatuses?: readonly { readonly resourceClaimName?: string }[] };
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly volumes?: readonly Volume[];
  readonly containers?: readonly unknown[];
  readonly initContainers?: readonly unknown[];
  readonly ephemeralContainers?: readonly unknown[];
  readonly resourceClaims?: readonly { readonly resourceClaimName?: string }[];
}

interface Volume {
  readonly name: string;
  readonly ephemeral?: object;
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

function collect(pod: KubeObject): PodReferences {
  const { spec, status, metadata } = pod as Pod;
  const references = new Set<string>();
  const add = (resource: string, name: string | undefined) => {
    if (name !== undefined && name !== "") references.add(`${resource}/${name}`);
  };
  add("serviceaccounts", spec.serviceAccountName);
  for (const { name } of spec.imagePullSecrets ?? []) add("secrets", name);
  for (const { resourceClaimName } of [...(spec.resourceClaims ?? []), ...(status?.resourceClaimStatuses ?? [])]) {
    add("resourceclaims", resourceClaimName);
  }
  for (const volume of spec.volumes ?? []) {
    add("persistentvolumeclaims", volume.persistentVolumeClaim?.claimName);
    if (volume.ephemeral !== undefined) add("persistentvolumeclaims", `${metadata.name}-${volume.name}`);
    findReferences(volume, add);
  }
  for (const containers of [spec.containers, spec.initContainers, spec.ephemeralContainers]) {
    for (const container of containers ?? []) {
      const { env, envFrom } = container as { env?: unknown; envFrom?: unknown };
      findReferences(env, add);
      findReferences(envFrom, add);
    }
  }
  return references;
}

/** The members under which volumes and environments name a Secret or a ConfigMap; all hold `{ name }` or the name itself. */
const MEMBERS: Readonly<Record<string, string>> = {
  secret: "secrets",
  secretName: "secrets",
  secretRef: "secrets",
  secretKeyRef: "secrets",
  nodePublishSecretRef: "secrets",
  configMap: "configmaps",
  configMapRef: "configmaps",
  configMapKeyRef: "configmaps",
};

function findReferences(value: unknown, add: (resource: string, name: string | undefined) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [member, inner] of Object.entries(value)) {
    const resource = MEMBERS[member];
    if (resource !== undefined) add(resource, typeof inner === "string" ? inner : (inner as { name?: string }).name);
    findReferences(inner, add);
  }
}
