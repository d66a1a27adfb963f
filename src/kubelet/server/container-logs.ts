import type { ContainerStatus } from "../../api/generated/core-v1.ts";
import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import { findContainer } from "../containers/names.ts";
import type { Kubelet } from "../kubelet.ts";
import { logTime } from "../logs/cri-line.ts";
import type { LogRequest } from "../logs/read-log.ts";
import { readLog } from "../logs/read-log.ts";
import { idOf, type PodWorker } from "../pod-work/pod-worker.ts";
import { notFound, plain } from "./responses.ts";

/** `GET /containerLogs/<namespace>/<pod>/<container>?follow=…`. */
export async function containerLogs(
  request: ApiRequest,
  kubelet: Kubelet,
  path: readonly string[],
): Promise<ApiResponse> {
  const [namespace = "", name = "", container = ""] = path;
  const worker = kubelet.worker(namespace, name);
  if (worker === undefined) return notFound(`pod "${name}" does not exist`);
  if (findContainer(worker.pod, container) === undefined) {
    return notFound(`container "${container}" not found in pod "${name}"`);
  }
  const wanted = logRequest(request.query, kubelet.parts.clock.now());
  let id: string;
  try {
    id = containerOf(worker, container, request.query.get("previous") === "true");
  } catch (error) {
    return plain(400, (error as Error).message);
  }
  const { disk } = kubelet;
  const logPath = worker.life.containers.find((one) => one.id === id)?.logPath ?? "";
  if (disk === undefined || logPath === "") {
    return plain(
      200,
      disk === undefined ? "" : `unable to retrieve container logs for ${kubelet.parts.runtimeName}://${id}`,
    );
  }
  const isRunning = () => worker.life.containers.some((one) => one.id === id && one.state === "running");
  const chunks = readLog({ disk, path: logPath, isRunning, signal: request.signal }, wanted);
  return { status: 200, headers: { "content-type": "text/plain" }, body: { type: "chunks", chunks } };
}

function logRequest(query: URLSearchParams, nowMs: number): LogRequest {
  const number = (name: string) => (query.get(name) === null ? undefined : Number(query.get(name)));
  const sinceSeconds = number("sinceSeconds");
  const sinceTime = query.get("sinceTime");
  return {
    follow: query.get("follow") === "true",
    tailLines: number("tailLines"),
    since:
      sinceSeconds !== undefined
        ? BigInt(Math.round(nowMs - sinceSeconds * 1000)) * 1_000_000n
        : sinceTime === null
          ? 0n
          : logTime(sinceTime),
    timestamps: query.get("timestamps") === "true",
    limitBytes: number("limitBytes"),
    streams: (query.get("stream") ?? "All") as LogRequest["streams"],
  };
}

/** The id of the container whose log is meant. @throws Error in Kubernetes' words where there is none. */
function containerOf(worker: PodWorker, name: string, previous: boolean): string {
  const status = worker.status();
  const all = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  const found = all.find((one) => one.name === name);
  const where = `container "${name}" in pod "${worker.pod.metadata.name}"`;
  if (found === undefined) throw new Error(`${where} is not available`);
  return idOf(previousOrPresent(found, where, previous));
}

function previousOrPresent(
  { state, lastState, containerID }: ContainerStatus,
  where: string,
  previous: boolean,
): string {
  const last = lastState?.terminated?.containerID ?? "";
  if (previous) {
    if (last === "") throw new Error(`previous terminated ${where} not found`);
    return last;
  }
  if (state?.running !== undefined) return containerID ?? "";
  if (state?.terminated !== undefined) {
    const id = state.terminated.containerID ?? "";
    if (id === "" && last === "") throw new Error(`${where} is terminated`);
    return id === "" ? last : id;
  }
  if (lastState?.terminated !== undefined) {
    if (last === "") throw new Error(`${where} is terminated`);
    return last;
  }
  const reason = state?.waiting?.reason;
  if (reason === "ErrImagePull") throw new Error(`${where} is waiting to start: image can't be pulled`);
  if (reason === "ImagePullBackOff") throw new Error(`${where} is waiting to start: trying and failing to pull image`);
  throw new Error(
    reason === undefined ? `${where} is waiting to start - no logs yet` : `${where} is waiting to start: ${reason}`,
  );
}
