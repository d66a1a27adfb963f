import type { PodLife } from "../pod-life/state.ts";
import { isAlive } from "../pod-life/state.ts";
import type { ContainerStatus } from "../ports/runtime.ts";
import type { Verdict } from "../probes/prober.ts";

// What goes with the next write of a pod's status, so that `wherry why` can tell what the kubelet saw. Names are read by people;
// those that end in ` ms` are times that something took.

/** A probe's new verdict. */
export function probeFacts({ kind, container, healthy, message, tookMs }: Verdict): Readonly<Record<string, unknown>> {
  const probe = `${kind} probe of ${container}`;
  return { [probe]: healthy ? "succeeded" : `failed: ${message ?? "no answer"}`, [`${probe} ms`]: tookMs };
}

/** How a container ended that ran when it was last seen. */
export function exitFacts(life: PodLife, container: ContainerStatus): Readonly<Record<string, unknown>> {
  const before = life.containers.find(({ id }) => id === container.id);
  if (container.state !== "exited" || before === undefined || !isAlive(before)) return {};
  const reason = container.reason === "" ? "" : ` (${container.reason})`;
  const by = life.kills[container.id] === undefined ? "by itself" : "as the kubelet asked";
  return { [`end of ${container.name}`]: `exit code ${container.exitCode}${reason}, ${by}` };
}
