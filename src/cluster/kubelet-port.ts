/** Where a node's own API listens, as everywhere. */
export const KUBELET_PORT = 10250;
