/** The users and groups that Kubernetes itself gives a meaning to. */

export const ANONYMOUS = "system:anonymous";
export const ALL_AUTHENTICATED = "system:authenticated";
export const ALL_UNAUTHENTICATED = "system:unauthenticated";
/** Its members may do everything; no role is asked. */
export const MASTERS = "system:masters";
export const NODES = "system:nodes";
export const ALL_SERVICE_ACCOUNTS = "system:serviceaccounts";
export const SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";
export const NODE_PREFIX = "system:node:";

/** What a user's `extra` says of its credential. */
export const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";
export const POD_NAME = "authentication.kubernetes.io/pod-name";
export const POD_UID = "authentication.kubernetes.io/pod-uid";
export const NODE_NAME = "authentication.kubernetes.io/node-name";
export const NODE_UID = "authentication.kubernetes.io/node-uid";
