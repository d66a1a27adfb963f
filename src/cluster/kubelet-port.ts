/** Where a node's own API listens, as everywhere. */
export const KUBELET_PORT = 10250;

/** Where nodes hear each other's heartbeats, by UDP: the same number, so that a firewall has one to open between nodes. */
export const NEIGHBOUR_PORT = KUBELET_PORT;
