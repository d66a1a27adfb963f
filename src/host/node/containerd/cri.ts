import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { ContainerConfig, ContainerRuntime, Waits } from "../../../kubelet/ports/runtime.ts";
import { attachToContainer } from "./attach.ts";
import {
  containerConfigMessage,
  containerFrom,
  containerStatusFrom,
  imageFrom,
  sandboxConfigMessage,
  sandboxFrom,
  sandboxStatusFrom,
  statsFrom,
} from "./cri-translate.ts";
import { runtimeEvents } from "./events.ts";
import { execInContainer } from "./exec.ts";
import { GrpcChannel } from "./grpc.ts";
import { ImageMounts, type ImageMountsOptions } from "./image-mounts.ts";
import { PortRelays } from "./port-forward.ts";
import { criProcedures } from "./procedures.ts";

export interface CriOptions {
  /** Such as `unix:///run/containerd.sock`. */
  readonly address: string;
  /** Absolute; an own directory for the FIFOs of commands, seen alike by containerd and this process. */
  readonly streamsDirectory: string;
  /** Absent where no containers are made. */
  readonly imageMounts?: ImageMountsOptions;
}

export interface CriRuntime extends ContainerRuntime, AsyncDisposable {
  /** For what lies beside CRI, such as importing images. */
  readonly channel: GrpcChannel;
}

/** The kubelet's runtime on containerd: CRI, and containerd's own services where CRI falls short. */
export function connectCri({ address, streamsDirectory, imageMounts }: CriOptions): CriRuntime {
  const channel = new GrpcChannel(address);
  const relays = new PortRelays(channel);
  const mounts = imageMounts && new ImageMounts(channel, imageMounts);
  return {
    channel,
    ...sandboxes(channel, mounts),
    ...containers(channel, mounts),
    ...images(channel),
    exec: (id, request, options) => execInContainer(channel, streamsDirectory, id, request, options),
    attach: (id, request, options) => attachToContainer(channel, id, request, options),
    portForward: (sandboxId, port, options) => relays.connect(sandboxId, port, options),
    events: (options) => runtimeEvents(channel, options),
    async [Symbol.asyncDispose]() {
      await relays[Symbol.asyncDispose]();
      channel[Symbol.dispose]();
    },
  };
}

function sandboxes(channel: GrpcChannel, imageMounts: ImageMounts | undefined) {
  return {
    async version(options: Waits) {
      const { runtimeName, runtimeVersion, runtimeApiVersion } = await channel.call(criProcedures.version, {}, options);
      return { name: runtimeName, version: runtimeVersion, apiVersion: runtimeApiVersion };
    },
    async status(options) {
      return (await channel.call(criProcedures.status, {}, options)).status?.conditions ?? [];
    },
    async runSandbox(config, options) {
      const request = { config: sandboxConfigMessage(config), runtimeHandler: config.runtimeHandler };
      return (await channel.call(criProcedures.runSandbox, request, options)).sandboxId;
    },
    async stopSandbox(sandboxId, options) {
      await channel.call(criProcedures.stopSandbox, { sandboxId }, options);
    },
    async removeSandbox(sandboxId, options) {
      await imageMounts?.release(sandboxId, options);
      await channel.call(criProcedures.removeSandbox, { sandboxId }, options);
    },
    async sandboxes(options) {
      return (await channel.call(criProcedures.listSandboxes, {}, options)).items.map(sandboxFrom);
    },
    async sandboxStatus(sandboxId, options) {
      const { status } = await channel.call(criProcedures.sandboxStatus, { sandboxId }, options);
      if (status === undefined) throw new RuntimeError("not-found", `no status of sandbox "${sandboxId}"`);
      return sandboxStatusFrom(status);
    },
  } satisfies Partial<ContainerRuntime>;
}

function containers(channel: GrpcChannel, imageMounts: ImageMounts | undefined) {
  return {
    async createContainer(sandboxId, config, sandbox, options) {
      const sandboxMessage = sandboxConfigMessage(sandbox);
      const create = async (container: ContainerConfig) => {
        const request = { sandboxId, config: containerConfigMessage(container), sandboxConfig: sandboxMessage };
        return (await channel.call(criProcedures.createContainer, request, options)).containerId;
      };
      // CRI unpacks an image that came from a file when the first container is made of it, and on no other occasion.
      const unpack = async (image: string) => {
        const containerId = await create({
          ...config,
          name: `${config.name}-unpack`,
          image,
          command: ["/"],
          mounts: [],
        });
        await channel.call(criProcedures.removeContainer, { containerId }, options);
      };
      const mounts = await imageMounts?.onHost(sandboxId, config.mounts, unpack, options);
      return await create({ ...config, mounts: mounts ?? config.mounts });
    },
    async startContainer(containerId, options) {
      await channel.call(criProcedures.startContainer, { containerId }, options);
    },
    async stopContainer(containerId, timeoutSeconds, options) {
      await channel.call(criProcedures.stopContainer, { containerId, timeoutSeconds }, options);
    },
    async removeContainer(containerId, options) {
      await channel.call(criProcedures.removeContainer, { containerId }, options);
    },
    async containers(options) {
      return (await channel.call(criProcedures.listContainers, {}, options)).containers.map(containerFrom);
    },
    async containerStatus(containerId, options) {
      const [{ status }, { containers }] = await Promise.all([
        channel.call(criProcedures.containerStatus, { containerId }, options),
        channel.call(criProcedures.listContainers, { filter: { id: containerId } }, options),
      ]);
      if (status === undefined) throw new RuntimeError("not-found", `no status of container "${containerId}"`);
      return containerStatusFrom(status, containers[0]?.sandboxId ?? "");
    },
    async updateResources(containerId, linux, options) {
      await channel.call(criProcedures.updateResources, { containerId, linux }, options);
    },
    async reopenLog(containerId, options) {
      await channel.call(criProcedures.reopenLog, { containerId }, options);
    },
    async execSync(containerId, command, timeoutMs, options) {
      const request = { containerId, command, timeoutSeconds: Math.ceil(timeoutMs / 1000) };
      return await channel.call(criProcedures.execSync, request, options);
    },
    async stats(options) {
      return (await channel.call(criProcedures.listStats, {}, options)).stats.map(statsFrom);
    },
  } satisfies Partial<ContainerRuntime>;
}

function images(channel: GrpcChannel) {
  return {
    async pullImage(image, auth, options) {
      return (await channel.call(criProcedures.pullImage, { image: { image }, auth }, options)).imageReference;
    },
    async image(reference, options) {
      const { image } = await channel.call(criProcedures.imageStatus, { image: { image: reference } }, options);
      return image && imageFrom(image);
    },
    async images(options) {
      return (await channel.call(criProcedures.listImages, {}, options)).images.map(imageFrom);
    },
    async removeImage(reference, options) {
      await channel.call(criProcedures.removeImage, { image: { image: reference } }, options);
    },
    async imageFilesystem(options) {
      const { imageFilesystems } = await channel.call(criProcedures.imageFilesystem, {}, options);
      const [usage] = imageFilesystems;
      return {
        usedBytes: Number(usage?.usedBytes?.value ?? 0n),
        inodesUsed: Number(usage?.inodesUsed?.value ?? 0n),
        mountpoint: usage?.filesystem?.mountpoint ?? "",
      };
    },
  } satisfies Partial<ContainerRuntime>;
}
