import type { Container, ContainerState, ContainerStatus, Pod } from "../../api/generated/core-v1.ts";
import { remembered } from "../containers/labels.ts";
import { formatTime } from "../../machinery/time.ts";
import type { ContainerType } from "../containers/names.ts";
import type { ContainerStatus as RuntimeContainer } from "../ports/runtime.ts";
import { restartsAfter } from "../pod-life/restart.ts";
import type { PodLife } from "../pod-life/state.ts";
import { actualResources } from "./actual-resources.ts";

export interface StatusContext {
  readonly life: PodLife;
  /** The runtime's name, before the id: `containerd`. */
  readonly runtime: string;
  /** No container will start again. */
  readonly terminal: boolean;
}

/** The status of one container, from what the runtime has of it, why it waits, and what was said before. */
export function containerStatus(
  container: Container,
  type: ContainerType,
  previous: ContainerStatus | undefined,
  context: StatusContext,
): ContainerStatus {
  const { life } = context;
  const [newest, second] = life.containers.filter((one) => one.name === container.name);
  const base =
    newest === undefined
      ? withoutContainer(container, previous, life.pod)
      : fromRuntime(container, newest, second, previous, context);
  const waited = waits(container, type, newest, context) ? withWaiting(base, life) : base;
  return withProbes(container, type, newest, waited, previous, life);
}

/** The runtime has nothing: it waits for its first start, or has ended unseen, or was seen to end before. */
function withoutContainer(container: Container, previous: ContainerStatus | undefined, pod: Pod): ContainerStatus {
  const hasInit = (pod.spec.initContainers ?? []).length > 0;
  const fresh: ContainerStatus = {
    name: container.name,
    image: container.image ?? "",
    imageID: "",
    ready: false,
    restartCount: previous?.restartCount ?? 0,
    state: { waiting: { reason: hasInit ? "PodInitializing" : "ContainerCreating" } },
    lastState: previous?.lastState ?? {},
    ...volumeMountsOf(container),
  };
  if (previous?.state?.terminated !== undefined) return previous;
  if (previous?.state?.running === undefined || previous.lastState?.terminated !== undefined) return fresh;
  return {
    ...fresh,
    restartCount: fresh.restartCount + (pod.metadata.deletionTimestamp === undefined ? 1 : 0),
    lastState: {
      terminated: {
        reason: "ContainerStatusUnknown",
        message: "The container could not be located when the pod was deleted.  The container used to be Running",
        exitCode: 137,
        startedAt: null,
        finishedAt: null,
      },
    },
  };
}

function fromRuntime(
  container: Container,
  newest: RuntimeContainer,
  second: RuntimeContainer | undefined,
  previous: ContainerStatus | undefined,
  { life, runtime }: StatusContext,
): ContainerStatus {
  const containerID = `${runtime}://${newest.id}`;
  const replaced = previous?.containerID !== containerID && previous?.state?.terminated !== undefined;
  const lastState =
    second !== undefined
      ? stateOf(second, runtime)
      : replaced
        ? { terminated: previous.state!.terminated! }
        : (previous?.lastState ?? {});
  return {
    name: container.name,
    state: stateOf(newest, runtime),
    lastState,
    ready: false,
    restartCount: Math.max(remembered(newest.annotations).restartCount, previous?.restartCount ?? 0),
    image: newest.image,
    imageID: newest.imageId,
    containerID,
    ...volumeMountsOf(container),
    ...(container.resources?.requests === undefined ? {} : { allocatedResources: container.resources.requests }),
    resources: actualResources(container, newest, life.resize.outdated.containers[container.name]),
    ...userOf(newest),
  };
}

function stateOf(container: RuntimeContainer, runtime: string): ContainerState {
  switch (container.state) {
    case "created":
      return { waiting: {} };
    case "running":
      return { running: { startedAt: timeOf(container.startedAt) } };
    case "exited":
      return {
        terminated: {
          exitCode: container.exitCode,
          ...(container.reason === "" ? {} : { reason: container.reason }),
          ...(container.message === "" ? {} : { message: container.message }),
          startedAt: timeOf(container.startedAt),
          finishedAt: timeOf(container.finishedAt),
          containerID: `${runtime}://${container.id}`,
        },
      };
    case "unknown":
      return {
        terminated: {
          exitCode: 137,
          reason: "ContainerStatusUnknown",
          message: "The container could not be located when the pod was terminated",
          startedAt: null,
          finishedAt: null,
        },
      };
  }
}

/** Nanoseconds as the API writes times; a container that never started has the epoch. */
function timeOf(nanoseconds: bigint): string {
  return formatTime(Number(nanoseconds / 1_000_000n));
}

/** Is there a reason for its not running that is worth more than what it did last? */
function waits(
  container: Container,
  type: ContainerType,
  newest: RuntimeContainer | undefined,
  { life, terminal }: StatusContext,
): boolean {
  if (life.waiting[container.name] === undefined || terminal) return false;
  if (newest === undefined) return true;
  if (newest.state === "running") return false;
  if (newest.state !== "exited") return true;
  if (type === "init" && newest.exitCode === 0) return false;
  return type === "sidecar" || restartsAfter(container, life.pod, newest.exitCode);
}

function withWaiting(status: ContainerStatus, life: PodLife): ContainerStatus {
  const { reason, message } = life.waiting[status.name]!;
  return {
    ...status,
    lastState:
      status.state?.terminated === undefined ? (status.lastState ?? {}) : { terminated: status.state.terminated },
    state: { waiting: { reason, ...(message === "" ? {} : { message }) } },
  };
}

/**
 * `started` and `ready` from the probes' verdicts. A container that has a probe and no verdict yet keeps what was said of
 * it before, so that a restarted kubelet takes no pod out of service.
 */
function withProbes(
  container: Container,
  type: ContainerType,
  newest: RuntimeContainer | undefined,
  status: ContainerStatus,
  previous: ContainerStatus | undefined,
  life: PodLife,
): ContainerStatus {
  if (type === "ephemeral") return status;
  const running = status.state?.running !== undefined && newest !== undefined;
  const verdicts = running ? life.probes[newest.id] : undefined;
  const known =
    previous?.containerID !== undefined && previous.containerID === status.containerID ? previous : undefined;
  const started = running && (container.startupProbe === undefined || (verdicts?.startup ?? known?.started ?? false));
  if (type === "init") return { ...status, started, ready: status.state?.terminated?.exitCode === 0 };
  const ready = started && (container.readinessProbe === undefined || (verdicts?.readiness ?? known?.ready ?? false));
  return { ...status, started, ready };
}

function volumeMountsOf(container: Container): Pick<ContainerStatus, "volumeMounts"> {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly === true ? { readOnly, recursiveReadOnly: "Disabled" } : {}),
  }));
  return mounts.length === 0 ? {} : { volumeMounts: mounts };
}

function userOf({ user }: RuntimeContainer): Pick<ContainerStatus, "user"> {
  return user === undefined
    ? {}
    : { user: { linux: { uid: user.uid, gid: user.gid, supplementalGroups: [...user.supplementalGroups] } } };
}
