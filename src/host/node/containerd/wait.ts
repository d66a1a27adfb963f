import { setTimeout as sleep } from "node:timers/promises";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { Waits } from "../../../kubelet/ports/runtime.ts";
import type { GrpcChannel } from "./grpc.ts";
import { containerdProcedures } from "./procedures.ts";

const RETRY_MS = 200;

/**
 * The exit code of a container's process, or of a command in it when `execId` is given. It goes on waiting when containerd
 * restarts, because the process lives on in its shim.
 */
export async function waitForProcess(
  channel: GrpcChannel,
  name: { readonly containerId: string; readonly execId?: string },
  waits: Waits,
): Promise<number> {
  while (true) {
    try {
      return (await channel.call(containerdProcedures.wait, name, waits)).exitStatus;
    } catch (error) {
      if (!(error instanceof RuntimeError && error.code === "unavailable")) throw error;
      await sleep(RETRY_MS, undefined, waits);
    }
  }
}
