import type { Node } from "../api/generated/core-v1.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { HttpCarrier } from "../client/http-transport.ts";
import { ask } from "./admin-access.ts";

const READY_PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 50;

/** Waits until a node is Ready. @throws with what it says of itself when it takes too long. */
export async function nodeReady(
  carrier: HttpCarrier,
  nodeName: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const until = clock.now() + READY_PATIENCE_MS;
  for (;;) {
    const asked = ask(carrier, "GET", `/api/v1/nodes/${nodeName}`, signal) as Promise<Node | undefined>;
    const node = await asked.catch(() => undefined);
    const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status === "True") return;
    if (clock.now() > until)
      throw new Error(`node ${nodeName} is not Ready: ${ready?.message ?? "it has not registered"}`);
    await delay(clock, LOOK_AGAIN_MS, { signal });
  }
}
