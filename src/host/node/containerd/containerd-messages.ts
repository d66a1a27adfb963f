import { bytes, flag, int32, int64, message, nested, nestedList, text, textMap, texts, uint32 } from "./protobuf.ts";

// Messages of containerd's own services, as far as Wherry needs them. Field numbers: github.com/containerd/containerd/api.

export const any = message({ typeUrl: text(1), value: bytes(2) });
const timestamp = message({ seconds: int64(1), nanos: int32(2) });

export const writeContentRequest = message({
  action: int32(1),
  ref: text(2),
  total: int64(3),
  expected: text(4),
  offset: int64(5),
  data: bytes(6),
  labels: textMap(7),
});
export const writeContentResponse = message({ action: int32(1), offset: int64(4), total: int64(5), digest: text(6) });
export const WRITE_ACTION = { stat: 0, write: 1, commit: 2 } as const;
const contentInfo = message({ digest: text(1), size: int64(2), labels: textMap(5) });
export const contentDigest = message({ digest: text(1) });
export const contentRecord = message({ info: nested(1, contentInfo) });
export const updateContentRequest = message({
  info: nested(1, contentInfo),
  updateMask: nested(2, message({ paths: texts(1) })),
});
export const readContentRequest = message({ digest: text(1), offset: int64(2), size: int64(3) });
export const readContentResponse = message({ offset: int64(1), data: bytes(2) });

export const descriptor = message({ mediaType: text(1), digest: text(2), size: int64(3), annotations: textMap(5) });
const image = message({
  name: text(1),
  labels: textMap(2),
  target: nested(3, descriptor),
  createdAt: nested(7, timestamp),
});
export const imageRecord = message({ image: nested(1, image) });
export const imageName = message({ name: text(1) });
export const imageFilters = message({ filters: texts(1) });
export const imageRecordList = message({ images: nestedList(1, image) });

export const viewSnapshotRequest = message({ snapshotter: text(1), key: text(2), parent: text(3), labels: textMap(4) });
export const snapshotKey = message({ snapshotter: text(1), key: text(2) });
export const snapshotMounts = message({
  mounts: nestedList(1, message({ type: text(1), source: text(2), target: text(3), options: texts(4) })),
});

export const leaseId = message({ id: text(1), sync: flag(2), labels: textMap(3) });

export const subscribeRequest = message({ filters: texts(1) });
export const envelope = message({
  timestamp: nested(1, timestamp),
  namespace: text(2),
  topic: text(3),
  event: nested(4, any),
});
/** Field 1 of every task event is the container's id; field 2 of an exit is that of the process. */
export const taskEvent = message({ containerId: text(1) });
export const taskExit = message({ containerId: text(1), id: text(2) });
/** The container events' field 1. */
export const containerEvent = message({ id: text(1) });

export const getContainerRequest = message({ id: text(1) });
export const getContainerResponse = message({ container: nested(1, message({ id: text(1), spec: nested(5, any) })) });

export const taskProcess = message({ containerId: text(1), execId: text(2) });
export const getTaskResponse = message({
  process: nested(1, message({ containerId: text(1), id: text(2), pid: uint32(3), status: int32(4) })),
});
export const execProcessRequest = message({
  containerId: text(1),
  stdin: text(2),
  stdout: text(3),
  stderr: text(4),
  terminal: flag(5),
  spec: nested(6, any),
  execId: text(7),
});
export const resizeRequest = message({ containerId: text(1), execId: text(2), width: uint32(3), height: uint32(4) });
export const closeIoRequest = message({ containerId: text(1), execId: text(2), stdin: flag(3) });
export const waitResponse = message({ exitStatus: uint32(1) });
