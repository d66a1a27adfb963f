import { decodeBase64 } from "../../machinery/base64.ts";
import { parseTime } from "../../machinery/time.ts";
import type { Secret } from "../generated/core-v1.ts";

/** Bootstrap tokens: `ID.SECRET`, kept as Secrets, by which a machine that has nothing else may ask to become a node. */
export const TOKEN_TYPE = "bootstrap.kubernetes.io/token";
export const TOKEN_NAMESPACE = "kube-system";
/** All of them, among the Secrets. */
export const TOKENS = { namespace: TOKEN_NAMESPACE, fieldSelector: `type=${TOKEN_TYPE}` } as const;
/** Where the cluster says to everybody how to reach it. */
export const CLUSTER_INFO = { namespace: "kube-public", name: "cluster-info" } as const;
export const BOOTSTRAPPERS = "system:bootstrappers";
/** The group to which kubeadm gives what a joining node needs. */
export const NODE_TOKENS = "system:bootstrappers:kubeadm:default-node-token";

const NAME_PREFIX = "bootstrap-token-";
const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
}

/** Undefined for what is no bootstrap token. */
export function parseToken(text: string): BootstrapToken | undefined {
  const match = TOKEN.exec(text);
  return match === null ? undefined : { id: match[1]!, secret: match[2]! };
}

export function secretNameOf(id: string): string {
  return `${NAME_PREFIX}${id}`;
}

/** What a token's Secret says; members that are not there are "". */
export function tokenField({ data = {} }: Secret, name: TokenField): string {
  return decodeBase64(data[name] ?? "");
}

export type TokenField =
  | "token-id"
  | "token-secret"
  | "expiration"
  | "description"
  | "auth-extra-groups"
  | "usage-bootstrap-signing"
  | "usage-bootstrap-authentication";

/** When a token ends, in milliseconds since the epoch; Infinity where it does not, and 0 where nobody can tell. */
export function endOfToken(secret: Secret): number {
  const text = tokenField(secret, "expiration");
  if (text === "") return Infinity;
  try {
    return parseTime(text);
  } catch {
    return 0;
  }
}

/** The token that a Secret holds, if it may sign what the cluster says of itself. */
export function signingToken(secret: Secret, nowMs: number): BootstrapToken | undefined {
  const id = tokenField(secret, "token-id");
  const token = { id, secret: tokenField(secret, "token-secret") };
  const isGood =
    secret.type === TOKEN_TYPE &&
    secret.metadata.name === secretNameOf(id) &&
    id !== "" &&
    token.secret !== "" &&
    endOfToken(secret) > nowMs &&
    tokenField(secret, "usage-bootstrap-signing") === "true";
  return isGood ? token : undefined;
}

/** The groups of whoever shows the token, sorted; undefined where one of them may not be given by a token. */
export function groupsOfToken(secret: Secret): readonly string[] | undefined {
  const extra = tokenField(secret, "auth-extra-groups");
  const groups = extra === "" ? [] : extra.split(",");
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return [...new Set([BOOTSTRAPPERS, ...groups])].toSorted();
}
