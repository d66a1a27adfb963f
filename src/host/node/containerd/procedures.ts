import * as containerd from "./containerd-messages.ts";
import * as cri from "./cri-messages.ts";
import { procedure } from "./grpc.ts";

const runtime = (name: string) => `/runtime.v1.RuntimeService/${name}`;
const images = (name: string) => `/runtime.v1.ImageService/${name}`;

/** CRI's calls that the kubelet needs. */
export const criProcedures = {
  version: procedure(runtime("Version"), cri.versionRequest, cri.versionResponse),
  status: procedure(runtime("Status"), cri.statusRequest, cri.statusResponse),
  runSandbox: procedure(runtime("RunPodSandbox"), cri.runSandboxRequest, cri.sandboxId),
  stopSandbox: procedure(runtime("StopPodSandbox"), cri.sandboxId, cri.empty),
  removeSandbox: procedure(runtime("RemovePodSandbox"), cri.sandboxId, cri.empty),
  listSandboxes: procedure(runtime("ListPodSandbox"), cri.sandboxListRequest, cri.sandboxListResponse),
  sandboxStatus: procedure(runtime("PodSandboxStatus"), cri.sandboxStatusRequest, cri.sandboxStatusResponse),
  createContainer: procedure(runtime("CreateContainer"), cri.createContainerRequest, cri.containerId),
  startContainer: procedure(runtime("StartContainer"), cri.containerId, cri.empty),
  stopContainer: procedure(runtime("StopContainer"), cri.stopContainerRequest, cri.empty),
  removeContainer: procedure(runtime("RemoveContainer"), cri.containerId, cri.empty),
  listContainers: procedure(runtime("ListContainers"), cri.containerListRequest, cri.containerListResponse),
  containerStatus: procedure(runtime("ContainerStatus"), cri.containerStatusRequest, cri.containerStatusResponse),
  updateResources: procedure(runtime("UpdateContainerResources"), cri.updateResourcesRequest, cri.empty),
  reopenLog: procedure(runtime("ReopenContainerLog"), cri.containerId, cri.empty),
  execSync: procedure(runtime("ExecSync"), cri.execSyncRequest, cri.execSyncResponse),
  attach: procedure(runtime("Attach"), cri.attachRequest, cri.streamingResponse),
  listStats: procedure(runtime("ListContainerStats"), cri.empty, cri.statsListResponse),
  listImages: procedure(images("ListImages"), cri.imageListRequest, cri.imageListResponse),
  imageStatus: procedure(images("ImageStatus"), cri.imageRequest, cri.imageStatusResponse),
  pullImage: procedure(images("PullImage"), cri.pullImageRequest, cri.pullImageResponse),
  removeImage: procedure(images("RemoveImage"), cri.imageRequest, cri.empty),
  imageFilesystem: procedure(images("ImageFsInfo"), cri.empty, cri.imageFilesystemResponse),
} as const;

const service = (name: string, call: string) => `/containerd.services.${name}/${call}`;

/** containerd's own calls, for what CRI cannot do. */
export const containerdProcedures = {
  writeContent: procedure(
    service("content.v1.Content", "Write"),
    containerd.writeContentRequest,
    containerd.writeContentResponse,
  ),
  contentInfo: procedure(service("content.v1.Content", "Info"), containerd.contentDigest, containerd.contentRecord),
  updateContent: procedure(
    service("content.v1.Content", "Update"),
    containerd.updateContentRequest,
    containerd.contentRecord,
  ),
  readContent: procedure(
    service("content.v1.Content", "Read"),
    containerd.readContentRequest,
    containerd.readContentResponse,
  ),
  getImage: procedure(service("images.v1.Images", "Get"), containerd.imageName, containerd.imageRecord),
  listImageRecords: procedure(service("images.v1.Images", "List"), containerd.imageFilters, containerd.imageRecordList),
  createImage: procedure(service("images.v1.Images", "Create"), containerd.imageRecord, containerd.imageRecord),
  updateImage: procedure(service("images.v1.Images", "Update"), containerd.imageRecord, containerd.imageRecord),
  createLease: procedure(service("leases.v1.Leases", "Create"), containerd.leaseId, cri.empty),
  deleteLease: procedure(service("leases.v1.Leases", "Delete"), containerd.leaseId, cri.empty),
  viewSnapshot: procedure(
    service("snapshots.v1.Snapshots", "View"),
    containerd.viewSnapshotRequest,
    containerd.snapshotMounts,
  ),
  snapshotMounts: procedure(
    service("snapshots.v1.Snapshots", "Mounts"),
    containerd.snapshotKey,
    containerd.snapshotMounts,
  ),
  removeSnapshot: procedure(service("snapshots.v1.Snapshots", "Remove"), containerd.snapshotKey, cri.empty),
  subscribe: procedure(service("events.v1.Events", "Subscribe"), containerd.subscribeRequest, containerd.envelope),
  getContainer: procedure(
    service("containers.v1.Containers", "Get"),
    containerd.getContainerRequest,
    containerd.getContainerResponse,
  ),
  getTask: procedure(service("tasks.v1.Tasks", "Get"), containerd.taskProcess, containerd.getTaskResponse),
  exec: procedure(service("tasks.v1.Tasks", "Exec"), containerd.execProcessRequest, cri.empty),
  startProcess: procedure(service("tasks.v1.Tasks", "Start"), containerd.taskProcess, cri.empty),
  wait: procedure(service("tasks.v1.Tasks", "Wait"), containerd.taskProcess, containerd.waitResponse),
  resize: procedure(service("tasks.v1.Tasks", "ResizePty"), containerd.resizeRequest, cri.empty),
  closeIo: procedure(service("tasks.v1.Tasks", "CloseIO"), containerd.closeIoRequest, cri.empty),
  deleteProcess: procedure(service("tasks.v1.Tasks", "DeleteProcess"), containerd.taskProcess, cri.empty),
} as const;
