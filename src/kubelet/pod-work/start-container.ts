import { namespaceOf, findContainer } from "../containers/names.ts";
import { environment, environmentObjects } from "../containers/environment.ts";
import { containerConfig } from "../containers/container-config.ts";
import { sandboxConfig } from "../containers/sandbox-config.ts";
import { podDns } from "../containers/dns.ts";
import { serviceVariables } from "../containers/service-variables.ts";
import { StartError } from "../images/puller.ts";
import type { Container, Pod, Secret } from "../../api/generated/core-v1.ts";
import type { PodEvent } from "../pod-life/observation.ts";
import type { ContainerConfig, ContainerStatus, Image } from "../ports/runtime.ts";
import { runHook } from "./hook.ts";
import type { NodeParts } from "./parts.ts";

export interface StartRequest {
  readonly pod: Pod;
  readonly name: string;
  readonly sandboxId: string;
  readonly sandboxAttempt: number;
  readonly restartCount: number | undefined;
  readonly podIPs: readonly string[];
  readonly signal: AbortSignal;
  readonly onEvent: (event: PodEvent) => void;
  /** A container exists from now on. */
  readonly onCreated: (id: string) => void;
  readonly onRunning: (container: ContainerStatus) => void;
  readonly onTime: (step: string, milliseconds: number) => void;
}

/** From the image to the postStart hook. @throws StartError with the reason that the container's waiting state shows. */
export async function startContainer(request: StartRequest, node: NodeParts): Promise<void> {
  const { pod, name, signal, onEvent } = request;
  const container = findContainer(pod, name)!.spec;
  const failed = (message: string) =>
    onEvent({ type: "Warning", reason: "Failed", message: `Error: ${message}`, container: name });
  const timed = async <T>(step: string, work: Promise<T>): Promise<T> => {
    const before = node.clock.now();
    const result = await work;
    request.onTime(`${step} ${name}`, node.clock.now() - before);
    return result;
  };
  const image = await timed("image", ensureImage(request, container, node)).catch((error: unknown) => {
    const failure =
      error instanceof StartError ? error : new StartError({ reason: "ImageInspectError", message: textOf(error) });
    if (!signal.aborted) failed(failure.failure.reason);
    throw failure;
  });
  const images = await imageVolumes(request, container, node).catch((error: unknown) => {
    if (!signal.aborted) failed(textOf(error));
    throw error;
  });
  const config = await timed("config", configOf(request, container, { image, images }, node)).catch(
    (error: unknown) => {
      failed(textOf(error));
      throw new StartError({ reason: "CreateContainerConfigError", message: textOf(error) }, { cause: error });
    },
  );
  signal.throwIfAborted();
  const sandbox = sandboxConfig(pod, request.sandboxAttempt, podDns(pod, node.dns), node.sandbox);
  // As with a sandbox: what is half made may leave something behind.
  const create = node.runtime.createContainer(request.sandboxId, config, sandbox, { signal: node.tasks.signal });
  const id = await timed("create", create).catch((error: unknown) => {
    failed(textOf(error));
    throw new StartError({ reason: "CreateContainerError", message: textOf(error) }, { cause: error });
  });
  request.onCreated(id);
  onEvent({ type: "Normal", reason: "Created", message: "Container created", container: name });
  signal.throwIfAborted();
  await timed("start", node.runtime.startContainer(id, { signal: node.tasks.signal })).catch(async (error: unknown) => {
    failed(textOf(error));
    request.onRunning(await node.runtime.containerStatus(id, { signal: node.tasks.signal }));
    throw new StartError({ reason: "RunContainerError", message: textOf(error), retryAtMs: 0 }, { cause: error });
  });
  const status = await node.runtime.containerStatus(id, { signal: node.tasks.signal });
  request.onRunning(status.state === "exited" ? await node.files.withMessage(status) : status);
  // Behind the status, which others wait for.
  onEvent({ type: "Normal", reason: "Started", message: "Container started", container: name });
  await postStart(request, container, id, node);
}

async function ensureImage(request: StartRequest, container: Container, node: NodeParts): Promise<Image> {
  const { pod, onEvent, signal } = request;
  const { name, image = "", imagePullPolicy: policy } = container;
  const secrets = await pullSecrets(request, node);
  return await node.images.ensure({ pod, image, policy, container: name, secrets, onEvent, signal });
}

/** The images that the container mounts, by the names of the volumes. */
async function imageVolumes(
  request: StartRequest,
  container: Container,
  node: NodeParts,
): Promise<ReadonlyMap<string, string>> {
  const { pod, onEvent, signal } = request;
  const mounted = new Set((container.volumeMounts ?? []).map(({ name }) => name));
  const found = new Map<string, string>();
  for (const { name, image } of pod.spec.volumes ?? []) {
    if (image === undefined || !mounted.has(name)) continue;
    const demand = { pod, image: image.reference ?? "", policy: image.pullPolicy, onEvent, signal };
    const { id } = await node.images.ensure({ ...demand, secrets: await pullSecrets(request, node) });
    found.set(name, id);
  }
  return found;
}

async function pullSecrets({ pod, onEvent }: StartRequest, node: NodeParts): Promise<readonly Secret[]> {
  const names = (pod.spec.imagePullSecrets ?? []).map((reference) => reference.name ?? "");
  const secrets = await Promise.all(names.map((name) => node.objects.secret(namespaceOf(pod), name)));
  for (const [index, secret] of secrets.entries()) {
    if (secret !== undefined) continue;
    const message = `Unable to retrieve some image pull secrets (${names[index]}); attempting to pull the image may not succeed.`;
    onEvent({ type: "Warning", reason: "FailedToRetrieveImagePullSecret", message });
  }
  return secrets.filter((secret): secret is Secret => secret !== undefined);
}

async function configOf(
  request: StartRequest,
  container: Container,
  { image, images }: { readonly image: Image; readonly images: ReadonlyMap<string, string> },
  node: NodeParts,
): Promise<ContainerConfig> {
  const { pod, podIPs } = request;
  const namespace = namespaceOf(pod);
  const named = environmentObjects(container);
  const [services, configMaps, secrets, restartCount] = await Promise.all([
    node.objects.services(pod),
    Promise.all(named.configMaps.map(async (name) => [name, await node.objects.configMap(namespace, name)] as const)),
    Promise.all(named.secrets.map(async (name) => [name, await node.objects.secret(namespace, name)] as const)),
    request.restartCount ?? node.files.restartCount(pod, container.name),
  ]);
  const configMapOf = new Map(configMaps);
  const secretOf = new Map(secrets);
  const variables = environment(pod, container, {
    services: serviceVariables(services, namespace, pod.spec.enableServiceLinks !== false),
    facts: { podIPs, hostIPs: node.hostIPs(), allocatable: node.allocatable() },
    configMap: (name) => configMapOf.get(name),
    secret: (name) => secretOf.get(name),
  });
  const files = await node.files.forContainer({ pod, container, environment: variables, podIPs, restartCount, images });
  return containerConfig(pod, container, {
    image,
    restartCount,
    environment: variables,
    mounts: files.mounts,
    messageFile: files.messageFile,
    memoryCapacity: node.memoryCapacity,
    seccompProfiles: node.seccompProfiles,
  });
}

/** A container whose postStart hook fails is killed. */
async function postStart(request: StartRequest, container: Container, id: string, node: NodeParts): Promise<void> {
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return;
  const target = { id, pod: request.pod, container, podIP: request.podIPs[0] ?? "" };
  const signal = node.tasks.signal;
  try {
    await runHook(hook, target, node, signal);
  } catch (error) {
    const tell = (reason: string, message: string, type: PodEvent["type"]) =>
      request.onEvent({ type, reason, message, container: container.name });
    // The message is kept from events, as what a hook prints may be secret.
    tell("FailedPostStartHook", "PostStartHook failed", "Warning");
    tell("Killing", "FailedPostStartHook", "Normal");
    await node.runtime.stopContainer(id, request.pod.spec.terminationGracePeriodSeconds ?? 30, { signal });
    request.onRunning(await node.files.withMessage(await node.runtime.containerStatus(id, { signal })));
    throw new StartError({ reason: "PostStartHookError", message: textOf(error), retryAtMs: 0 }, { cause: error });
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
