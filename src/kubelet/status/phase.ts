import type { Container, ContainerStatus, Pod } from "../../api/generated/core-v1.ts";
import { isSidecar } from "../containers/names.ts";
import { restartsAfter } from "../pod-life/restart.ts";

export type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

/**
 * A pod's phase, from what its containers are at.
 * @param terminal no container will ever start again, whatever the restart policy says.
 * @param initialized a main container has been started before: a restarting sidecar does not make the pod pending again.
 */
export function podPhase(
  pod: Pod,
  statuses: ReadonlyMap<string, ContainerStatus>,
  terminal: boolean,
  initialized: boolean,
): Phase {
  const init = (pod.spec.initContainers ?? []).filter((container) => !isSidecar(container));
  const initStates = init.map((container) => stateOf(pod, container, statuses));
  if (initStates.some(({ is, restarts, exitCode }) => is === "ended" && exitCode !== 0 && !restarts)) return "Failed";
  const pendingInit = initStates.some(({ is }) => is !== "ended");
  const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar);
  const sidecarStates = sidecars.map((container) => stateOf(pod, container, statuses));
  const pendingSidecar = sidecars.some((container, index) => {
    const { is } = sidecarStates[index]!;
    return is === "waiting" || (is === "running" && statuses.get(container.name)?.started !== true);
  });
  const main = pod.spec.containers.map((container) => stateOf(pod, container, statuses));
  const all = [...sidecarStates, ...main];
  const has = (is: State["is"], of = all) => of.some((state) => state.is === is);
  if (pendingInit || (pendingSidecar && !initialized) || has("waiting")) return "Pending";
  if (has("unknown")) return "Pending";
  if (has("running")) return "Running";
  const ended = main.filter((state) => state.is === "ended");
  if (ended.length === 0) return "Pending";
  if (!terminal && ended.some((state) => state.restarts)) return "Running";
  return ended.every((state) => state.exitCode === 0) ? "Succeeded" : "Failed";
}

interface State {
  readonly is: "running" | "waiting" | "ended" | "unknown";
  readonly exitCode: number;
  readonly restarts: boolean;
}

/** A container that waits after having run counts as ended. */
function stateOf(pod: Pod, container: Container, statuses: ReadonlyMap<string, ContainerStatus>): State {
  const status = statuses.get(container.name);
  const { state, lastState } = status ?? {};
  if (state?.running !== undefined) return { is: "running", exitCode: 0, restarts: false };
  const ended = state?.terminated ?? (state?.waiting === undefined ? undefined : lastState?.terminated);
  if (ended !== undefined) {
    return { is: "ended", exitCode: ended.exitCode, restarts: restartsAfter(container, pod, ended.exitCode) };
  }
  return { is: state?.waiting === undefined ? "unknown" : "waiting", exitCode: 0, restarts: false };
}
