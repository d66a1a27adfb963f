import { EndpointSlice } from "../api/discovery/v1/endpoint-slice.ts";
import { Endpoints } from "../api/core/v1/endpoints.ts";
import { Service } from "../api/core/v1/service.ts";
import { FlowSchema } from "../api/flowcontrol/v1/flow-schema.ts";
import { PriorityLevelConfiguration } from "../api/flowcontrol/v1/priority-level-configuration.ts";
import type { Kind } from "../api/kind.ts";
import type { KindRegistry } from "../api/registry.ts";
import { defaultObjects } from "../apiserver/auth/bootstrap-policy.ts";
import { joiningPolicy } from "./joining-policy.ts";
import { type Client, mergePatch } from "../client/client.ts";
import { PRODUCER } from "../controllers/priorityandfairness/configuration.ts";
import { configuration, keptLevels, keptSchemas, type Kept } from "../controllers/priorityandfairness/plan.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import { ensure } from "./ensure.ts";

export interface BootstrapParts {
  readonly client: Client;
  readonly registry: KindRegistry;
  /** The first address of the service range: that of the API server's own Service. */
  readonly serviceAddress: string;
  /** Where the API server itself listens, as pods reach it. */
  readonly endpoint: { readonly address: string; readonly port: number };
  readonly signal: AbortSignal;
}

/** Writes what every cluster begins with, where it is not there yet. Whatever a person changed since stays. */
export async function bootstrap(parts: BootstrapParts): Promise<void> {
  const { client, registry, signal } = parts;
  const batches = new Map<string, KubeObject[]>();
  for (const object of [...defaultObjects(), ...joiningPolicy()]) {
    const objects = batches.get(object.kind) ?? [];
    objects.push(object as unknown as KubeObject);
    batches.set(object.kind, objects);
  }
  // Kinds one after the other (namespaces come first), the objects of one kind together: one commit each.
  for (const objects of batches.values()) {
    await Promise.all(
      objects.map((object) => {
        const [group, version] = object.apiVersion.includes("/")
          ? object.apiVersion.split("/")
          : ["", object.apiVersion];
        return ensure(client, registry.byKind(group!, version!, object.kind)!, object, { signal, cause: CAUSE });
      }),
    );
  }
  await ensureFlowControl(parts);
  await ensureKubernetesService(parts);
}

const CAUSE = { actor: "bootstrap", saw: [], reason: "every cluster begins with it" };

/** Which requests go first. From then on a loop keeps it so. */
async function ensureFlowControl({ client, signal }: BootstrapParts): Promise<void> {
  const options = { signal, cause: CAUSE, fieldManager: PRODUCER };
  const ensureAll = async <C extends PriorityLevelConfiguration | FlowSchema>(kind: Kind<C>, kept: Kept<C>) => {
    const specs = [...kept.suggested, ...kept.mandatory];
    await Promise.all(specs.map(([name, spec]) => ensure(client, kind, configuration<C>(name, spec), options)));
  };
  await ensureAll(PriorityLevelConfiguration, keptLevels);
  await ensureAll(FlowSchema, keptSchemas);
}

/** The Service `kubernetes` and its endpoints: how pods find the API server. */
async function ensureKubernetesService(parts: BootstrapParts): Promise<void> {
  const { client, endpoint, signal } = parts;
  const metadata = { name: "kubernetes", namespace: "default" };
  const labels = { component: "apiserver", provider: "kubernetes" };
  const options = { signal, cause: CAUSE };
  const service = {
    metadata: { ...metadata, labels },
    spec: {
      type: "ClusterIP",
      clusterIP: parts.serviceAddress,
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: endpoint.port }],
      sessionAffinity: "None",
      ipFamilyPolicy: "SingleStack",
    },
  };
  await ensure(client, Service, service as unknown as Draft<Service>, options);
  const slice = {
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: "IPv4",
    endpoints: [{ addresses: [endpoint.address], conditions: { ready: true } }],
    ports: [{ name: "https", port: endpoint.port, protocol: "TCP" }],
  };
  const subsets = [
    { addresses: [{ ip: endpoint.address }], ports: [{ name: "https", port: endpoint.port, protocol: "TCP" }] },
  ];
  const endpoints = {
    metadata: { ...metadata, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets,
  };
  for (const [kind, object] of [
    [EndpointSlice as unknown as Kind, slice],
    [Endpoints as unknown as Kind, endpoints],
  ] as const) {
    await ensure(client, kind, object as unknown as KubeObject, options);
    // The address may have changed since the last start.
    const { metadata: _metadata, ...content } = object;
    await client.patch(kind, metadata, mergePatch(content), options);
  }
}
