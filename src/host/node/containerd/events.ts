import { setTimeout as sleep } from "node:timers/promises";
import type { RuntimeEvent, Waits } from "../../../kubelet/ports/runtime.ts";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import * as messages from "./containerd-messages.ts";
import { containerFrom, sandboxFrom } from "./cri-translate.ts";
import type { GrpcChannel } from "./grpc.ts";
import type { Decoded } from "./protobuf.ts";
import { containerdProcedures, criProcedures } from "./procedures.ts";

/**
 * What happens to containers and sandboxes, from containerd's own event stream (CRI's is missing in 1.6). An exit is told only
 * once CRI shows it: the stream is ahead of CRI by some milliseconds, and who looks too early would see a running container.
 */
export async function* runtimeEvents(channel: GrpcChannel, { signal }: Waits): AsyncGenerator<RuntimeEvent> {
  const filters = ["/tasks/start", "/tasks/exit", "/tasks/oom", "/containers/create", "/containers/delete"].map(
    (topic) => `namespace==k8s.io,topic==${JSON.stringify(topic)}`,
  );
  for await (const envelope of channel.serverStream(containerdProcedures.subscribe, { filters }, { signal })) {
    const event = eventFrom(envelope);
    if (event === undefined) continue;
    if (event.type === "container-stopped") await untilShown(channel, event.containerId, { signal });
    yield event;
  }
  throw new RuntimeError("unavailable", "the runtime ended its stream of events");
}

function eventFrom({ topic, event }: Decoded<typeof messages.envelope>): RuntimeEvent | undefined {
  const bytes = event?.value ?? new Uint8Array();
  switch (topic) {
    case "/containers/create":
      return { type: "container-created", containerId: messages.containerEvent.decode(bytes).id };
    case "/containers/delete":
      return { type: "container-deleted", containerId: messages.containerEvent.decode(bytes).id };
    case "/tasks/start":
      return { type: "container-started", containerId: messages.taskEvent.decode(bytes).containerId };
    case "/tasks/oom":
      return { type: "oom", containerId: messages.taskEvent.decode(bytes).containerId };
    case "/tasks/exit": {
      const { containerId, id } = messages.taskExit.decode(bytes);
      // The end of a command run in the container is not the container's.
      return id === containerId ? { type: "container-stopped", containerId } : undefined;
    }
    default:
      return undefined;
  }
}

const LOOKS = 40;

async function untilShown(channel: GrpcChannel, id: string, waits: Waits): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if (!(await isShownRunning(channel, id, waits))) return;
    await sleep(Math.min(2 * (look + 1), 50), undefined, waits);
  }
}

async function isShownRunning(channel: GrpcChannel, id: string, waits: Waits): Promise<boolean> {
  const { containers } = await channel.call(criProcedures.listContainers, { filter: { id } }, waits);
  if (containers.length > 0) return containers.some((item) => containerFrom(item).state === "running");
  const { items } = await channel.call(criProcedures.listSandboxes, { filter: { id } }, waits);
  return items.some((item) => sandboxFrom(item).ready);
}
