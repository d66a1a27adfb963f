import {
  bytes,
  flag,
  int32,
  int64,
  int64s,
  message,
  nested,
  nestedList,
  text,
  textMap,
  texts,
  uint32,
  uint64,
} from "./protobuf.ts";

// The messages of CRI's runtime.v1, as far as the kubelet needs them. Field numbers: k8s.io/cri-api v0.36.3, api.proto.
// Enumerations are numbers here; `cri-translate.ts` gives them names.

const int64Value = message({ value: int64(1) });
const uint64Value = message({ value: uint64(1) });

const imageSpec = message({ image: text(1), annotations: textMap(2), userSpecifiedImage: text(18) });

const linuxResources = message({
  cpuPeriod: int64(1),
  cpuQuota: int64(2),
  cpuShares: int64(3),
  memoryLimit: int64(4),
  oomScoreAdjust: int64(5),
  unified: textMap(9),
});

const namespaceOption = message({ network: int32(1), pid: int32(2), ipc: int32(3), targetId: text(4) });
const seLinux = message({ user: text(1), role: text(2), type: text(3), level: text(4) });
const securityProfile = message({ type: int32(1), localhostRef: text(2) });

const sandboxMetadata = message({ name: text(1), uid: text(2), namespace: text(3), attempt: uint32(4) });

const sandboxSecurity = message({
  namespaces: nested(1, namespaceOption),
  seLinux: nested(2, seLinux),
  runAsUser: nested(3, int64Value),
  supplementalGroups: int64s(5),
  privileged: flag(6),
  runAsGroup: nested(8, int64Value),
  seccomp: nested(9, securityProfile),
  appArmor: nested(10, securityProfile),
  supplementalGroupsPolicy: int32(11),
});

export const sandboxConfig = message({
  metadata: nested(1, sandboxMetadata),
  hostname: text(2),
  logDirectory: text(3),
  dns: nested(4, message({ servers: texts(1), searches: texts(2), options: texts(3) })),
  ports: nestedList(5, message({ protocol: int32(1), containerPort: int32(2), hostPort: int32(3), hostIp: text(4) })),
  labels: textMap(6),
  annotations: textMap(7),
  linux: nested(8, message({ cgroupParent: text(1), security: nested(2, sandboxSecurity), sysctls: textMap(3) })),
});

export const versionRequest = message({ version: text(1) });
export const versionResponse = message({
  version: text(1),
  runtimeName: text(2),
  runtimeVersion: text(3),
  runtimeApiVersion: text(4),
});

export const statusRequest = message({ verbose: flag(1) });
export const statusResponse = message({
  status: nested(
    1,
    message({
      conditions: nestedList(1, message({ type: text(1), status: flag(2), reason: text(3), message: text(4) })),
    }),
  ),
});

export const empty = message({});

export const runSandboxRequest = message({ config: nested(1, sandboxConfig), runtimeHandler: text(2) });
export const sandboxId = message({ sandboxId: text(1) });

const sandboxFields = {
  id: text(1),
  metadata: nested(2, sandboxMetadata),
  state: int32(3),
  createdAt: int64(4),
};
export const sandboxListRequest = message({ filter: nested(1, message({ id: text(1) })) });
export const sandboxListItem = message({ ...sandboxFields, labels: textMap(5), annotations: textMap(6) });
export const sandboxListResponse = message({ items: nestedList(1, sandboxListItem) });

export const sandboxStatusRequest = message({ sandboxId: text(1), verbose: flag(2) });
export const sandboxStatus = message({
  ...sandboxFields,
  network: nested(5, message({ ip: text(1), additionalIps: nestedList(2, message({ ip: text(1) })) })),
  linux: nested(6, message({ namespaces: nested(1, message({ options: nested(2, namespaceOption) })) })),
  labels: textMap(7),
  annotations: textMap(8),
});
export const sandboxStatusResponse = message({ status: nested(1, sandboxStatus) });

const containerMetadata = message({ name: text(1), attempt: uint32(2) });

export const mount = message({
  containerPath: text(1),
  hostPath: text(2),
  readOnly: flag(3),
  selinuxRelabel: flag(4),
  propagation: int32(5),
  recursiveReadOnly: flag(8),
  image: nested(9, imageSpec),
  imageSubPath: text(10),
});

export const containerSecurity = message({
  capabilities: nested(1, message({ add: texts(1), drop: texts(2) })),
  privileged: flag(2),
  namespaces: nested(3, namespaceOption),
  seLinux: nested(4, seLinux),
  runAsUser: nested(5, int64Value),
  runAsUserName: text(6),
  readOnlyRoot: flag(7),
  supplementalGroups: int64s(8),
  noNewPrivileges: flag(11),
  runAsGroup: nested(12, int64Value),
  maskedPaths: texts(13),
  readonlyPaths: texts(14),
  seccomp: nested(15, securityProfile),
  appArmor: nested(16, securityProfile),
  supplementalGroupsPolicy: int32(17),
});

export const containerConfig = message({
  metadata: nested(1, containerMetadata),
  image: nested(2, imageSpec),
  command: texts(3),
  args: texts(4),
  workingDirectory: text(5),
  environment: nestedList(6, message({ key: text(1), value: text(2) })),
  mounts: nestedList(7, mount),
  devices: nestedList(8, message({ containerPath: text(1), hostPath: text(2), permissions: text(3) })),
  labels: textMap(9),
  annotations: textMap(10),
  logPath: text(11),
  stdin: flag(12),
  stdinOnce: flag(13),
  tty: flag(14),
  linux: nested(15, message({ resources: nested(1, linuxResources), security: nested(2, containerSecurity) })),
  stopSignal: int32(18),
});

export const createContainerRequest = message({
  sandboxId: text(1),
  config: nested(2, containerConfig),
  sandboxConfig: nested(3, sandboxConfig),
});
export const containerId = message({ containerId: text(1) });
export const stopContainerRequest = message({ containerId: text(1), timeoutSeconds: int64(2) });

export const containerListRequest = message({ filter: nested(1, message({ id: text(1) })) });
export const containerListItem = message({
  id: text(1),
  sandboxId: text(2),
  metadata: nested(3, containerMetadata),
  image: nested(4, imageSpec),
  imageReference: text(5),
  state: int32(6),
  createdAt: int64(7),
  labels: textMap(8),
  annotations: textMap(9),
  imageId: text(10),
});
export const containerListResponse = message({ containers: nestedList(1, containerListItem) });

export const containerStatusRequest = message({ containerId: text(1), verbose: flag(2) });
export const containerStatus = message({
  id: text(1),
  metadata: nested(2, containerMetadata),
  state: int32(3),
  createdAt: int64(4),
  startedAt: int64(5),
  finishedAt: int64(6),
  exitCode: int32(7),
  image: nested(8, imageSpec),
  imageReference: text(9),
  reason: text(10),
  message: text(11),
  labels: textMap(12),
  annotations: textMap(13),
  logPath: text(15),
  resources: nested(16, message({ linux: nested(1, linuxResources) })),
  imageId: text(17),
  user: nested(
    18,
    message({ linux: nested(1, message({ uid: int64(1), gid: int64(2), supplementalGroups: int64s(3) })) }),
  ),
});
export const containerStatusResponse = message({ status: nested(1, containerStatus), info: textMap(2) });

export const updateResourcesRequest = message({ containerId: text(1), linux: nested(2, linuxResources) });

export const execSyncRequest = message({ containerId: text(1), command: texts(2), timeoutSeconds: int64(3) });
export const execSyncResponse = message({ stdout: bytes(1), stderr: bytes(2), exitCode: int32(3) });
export const attachRequest = message({
  containerId: text(1),
  stdin: flag(2),
  tty: flag(3),
  stdout: flag(4),
  stderr: flag(5),
});
export const streamingResponse = message({ url: text(1) });

export const imageMessage = message({
  id: text(1),
  tags: texts(2),
  digests: texts(3),
  size: uint64(4),
  uid: nested(5, int64Value),
  username: text(6),
});
export const imageListRequest = empty;
export const imageListResponse = message({ images: nestedList(1, imageMessage) });
export const imageRequest = message({ image: nested(1, imageSpec) });
export const imageStatusResponse = message({ image: nested(1, imageMessage) });
export const pullImageRequest = message({
  image: nested(1, imageSpec),
  auth: nested(
    2,
    message({
      username: text(1),
      password: text(2),
      auth: text(3),
      serverAddress: text(4),
      identityToken: text(5),
      registryToken: text(6),
    }),
  ),
});
export const pullImageResponse = message({ imageReference: text(1) });

const filesystemUsage = message({
  timestamp: int64(1),
  filesystem: nested(2, message({ mountpoint: text(1) })),
  usedBytes: nested(3, uint64Value),
  inodesUsed: nested(4, uint64Value),
});
export const imageFilesystemResponse = message({ imageFilesystems: nestedList(1, filesystemUsage) });

export const containerStats = message({
  attributes: nested(1, message({ id: text(1) })),
  cpu: nested(2, message({ timestamp: int64(1), usageCoreNanoseconds: nested(2, uint64Value) })),
  memory: nested(
    3,
    message({
      timestamp: int64(1),
      workingSetBytes: nested(2, uint64Value),
      usageBytes: nested(4, uint64Value),
      rssBytes: nested(5, uint64Value),
    }),
  ),
  writableLayer: nested(4, filesystemUsage),
});
export const statsListResponse = message({ stats: nestedList(1, containerStats) });
