/** The names by which the API server is reached: nobody else's certificate may have them. */
export const SERVER_NAMES: readonly string[] = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];
