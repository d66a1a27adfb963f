import type { Client } from "../../src/client/client.ts";
import type { CriRuntime } from "../../src/host/node/containerd/cri.ts";

/** A real node with its control plane, whose pods are measured. */
export interface PodNode extends AsyncDisposable {
  readonly name: "Wherry" | "Kubernetes";
  /** An administrator's. */
  readonly client: Client;
  /** The containerd under the kubelet. */
  readonly runtime: CriRuntime;
  /** A containerd whose sandboxes no kubelet takes for its own, to be measured by itself, and a place for their cgroups. */
  readonly alone: { readonly runtime: CriRuntime; readonly cgroupParent: string };
  /** Throws where one of its programs has ended. */
  check(): void;
  /** What was used of the processors so far, in milliseconds, containerd apart. */
  cpuMs(): { readonly controlPlane: number; readonly node: number };
}
