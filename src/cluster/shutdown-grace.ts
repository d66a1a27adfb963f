/** How long pods may take to end when their node is shut down in order, in seconds; Kubernetes leaves it to whoever sets up a node. */
export const SHUTDOWN_GRACE = { podsSeconds: 20, criticalSeconds: 10 } as const;
