/** One program of the real Kubernetes and what surrounds it, as the Go modules in this folder build it. */
export interface ProgramSource {
  /** The folder here with the `go.mod` that pins it and all that it is made of. */
  readonly module: "kubernetes" | "etcd" | "kwok" | "sample-apiserver";
  /** Its Go package. */
  readonly from: string;
  /** Built by `go test -c`: the program is a package's tests. */
  readonly isTest?: true;
}

const kubernetes = (from: string): ProgramSource => ({ module: "kubernetes", from: `k8s.io/kubernetes/${from}` });

/** Everything that can be had, by the name under which it is built. */
export const PROGRAMS = {
  "kube-apiserver": kubernetes("cmd/kube-apiserver"),
  "kube-controller-manager": kubernetes("cmd/kube-controller-manager"),
  "kube-scheduler": kubernetes("cmd/kube-scheduler"),
  "kube-proxy": kubernetes("cmd/kube-proxy"),
  kubelet: kubernetes("cmd/kubelet"),
  kubectl: kubernetes("cmd/kubectl"),
  "e2e.test": { ...kubernetes("test/e2e"), isTest: true },
  ginkgo: { module: "kubernetes", from: "github.com/onsi/ginkgo/v2/ginkgo" },
  agnhost: kubernetes("test/images/agnhost"),
  nonewprivs: kubernetes("test/images/nonewprivs"),
  "peer-finder": kubernetes("test/images/pets/peer-finder"),
  "regression-issue-74839": kubernetes("test/images/regression-issue-74839"),
  "resource-consumer": kubernetes("test/images/resource-consumer"),
  "consume-cpu": kubernetes("test/images/resource-consumer/consume-cpu"),
  "sample-device-plugin": kubernetes("test/images/sample-device-plugin"),
  etcd: { module: "etcd", from: "go.etcd.io/etcd/server/v3" },
  "sample-apiserver": { module: "sample-apiserver", from: "k8s.io/sample-apiserver" },
  kwok: { module: "kwok", from: "sigs.k8s.io/kwok/cmd/kwok" },
} as const satisfies Readonly<Record<string, ProgramSource>>;

export type ProgramName = keyof typeof PROGRAMS;
