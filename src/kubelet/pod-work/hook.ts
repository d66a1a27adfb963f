import type { Container, LifecycleHandler, Pod } from "../../api/generated/core-v1.ts";
import { delay } from "../../base/clock.ts";
import { podText } from "../containers/names.ts";
import { NetworkError } from "../ports/network.ts";
import { httpRequest } from "../probes/http-action.ts";
import type { NodeParts } from "./parts.ts";

/** No hook takes longer than this: a pod's longest grace period is shorter. */
const LONGEST_HOOK_MS = 24 * 3600 * 1000;

export interface HookTarget {
  readonly id: string;
  readonly pod: Pod;
  readonly container: Container;
  readonly podIP: string;
}

/** Runs a lifecycle hook to its end. @throws Error in Kubernetes' words */
export async function runHook(
  hook: LifecycleHandler,
  target: HookTarget,
  node: NodeParts,
  signal: AbortSignal,
): Promise<void> {
  const where = `for Container "${target.container.name}" in Pod "${podText(target.pod)}" failed - error:`;
  if (hook.exec !== undefined) {
    const command = hook.exec.command ?? [];
    const { exitCode, stdout, stderr } = await node.runtime.execSync(target.id, command, LONGEST_HOOK_MS, { signal });
    if (exitCode === 0) return;
    const decoder = new TextDecoder();
    const output = JSON.stringify(decoder.decode(stdout) + decoder.decode(stderr));
    throw new Error(
      `Exec lifecycle hook ([${command.join(" ")}]) ${where} command '${command.join(" ")}' exited with ${exitCode}: , message: ${output}`,
    );
  }
  if (hook.httpGet !== undefined) {
    const request = httpRequest(hook.httpGet, target.container, target.podIP, "lifecycle");
    const waits = { timeoutMs: LONGEST_HOOK_MS, signal };
    try {
      await node.network.httpGet(request, waits).catch(async (error: unknown) => {
        if (!(error instanceof NetworkError) || !error.plainHttp) throw error;
        const headers = request.headers.filter(({ name }) => name.toLowerCase() !== "authorization");
        await node.network.httpGet({ url: request.url.replace(/^https:/, "http:"), headers }, waits);
      });
    } catch (error) {
      throw new Error(`HTTP lifecycle hook (${hook.httpGet.path ?? ""}) ${where} ${(error as Error).message}`, {
        cause: error,
      });
    }
    return;
  }
  if (hook.sleep !== undefined) await delay(node.clock, hook.sleep.seconds * 1000, { signal });
}
