import { signatureKey } from "../../api/bootstrap/signature.ts";
import {
  BOOTSTRAPPERS,
  CLUSTER_INFO,
  endOfToken,
  NODE_TOKENS,
  secretNameOf,
  TOKEN_NAMESPACE,
  TOKEN_TYPE,
  tokenField,
} from "../../api/bootstrap/token.ts";
import type { ConfigMap, Secret } from "../../api/generated/core-v1.ts";
import { shortHumanDuration } from "../../machinery/duration.ts";
import { formatTime } from "../../machinery/time.ts";
import type { CliContext } from "../context.ts";
import { ApiRefusal } from "../context.ts";
import { UsageError } from "../options.ts";
import { tableLines } from "../table.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

const options = {
  ...dataDirectoryOption,
  ttl: {
    type: "text",
    value: "DURATION",
    help: "how long it is good for, as 30m, 24h or 7d; 0 for ever (default: 24h)",
  },
  description: { type: "text", value: "TEXT", help: "what it is for, for whoever lists tokens" },
  "print-join-command": { type: "flag", help: "print the command that joins a machine, not the token alone" },
} as const;

export const tokenVerb = defineVerb({
  name: "token",
  summary: "make, list or delete the tokens by which machines join",
  operands: "create|list|delete ID…",
  help: `
A token lets a machine ask to become a node of this cluster, and nothing else. Any number of machines may use it until
its time is over. Whoever has it can join: tell it to nobody who should not.`,
  examples: [
    ["sudo wherry token create", "prints a token that is good for a day"],
    ["sudo wherry token create --print-join-command", "the line to type, as root, on the machine that is to join"],
    ["sudo wherry token create --ttl 1h --description 'rack 7'", "one for an hour"],
    ["sudo wherry token delete abcdef", "nobody joins by it any more; nodes that did so stay"],
  ],
  options,
  async run(context, { options: given, operands }) {
    const [what, ...ids] = operands;
    const dataDirectory = dataDirectoryOf(given, context);
    const api = context.cluster.api(dataDirectory);
    if (what === "create" && ids.length === 0) {
      const token = await create(context, api, { ttlMs: ttlOf(given.ttl), description: given.description ?? "" });
      context.out(
        given["print-join-command"] ? joinCommand(await context.cluster.joining(dataDirectory), token) : token,
      );
      return 0;
    }
    if (what === "list" && ids.length === 0) return list(context, api);
    if (what === "delete" && ids.length > 0) return remove(context, api, ids);
    throw new UsageError("say 'token create', 'token list' or 'token delete ID…'");
  },
});

function joinCommand({ server, caHash }: { readonly server: string; readonly caHash: string }, token: string): string {
  return `wherry agent --server ${server} --token ${token} --ca-cert-hash ${caHash}`;
}

type Api = ReturnType<CliContext["cluster"]["api"]>;

const SECRETS = `/api/v1/namespaces/${TOKEN_NAMESPACE}/secrets`;
const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** Milliseconds; Infinity for a token without an end. */
function ttlOf(text: string | undefined): number {
  if (text === undefined) return DAY_MS;
  if (text === "0") return Infinity;
  const match = /^(\d+)([smhd])$/.exec(text);
  const ms = match === null ? 0 : Number(match[1]) * UNITS[match[2]!]!;
  if (ms === 0) throw new UsageError(`--ttl is a time such as 30m, 24h or 7d, or 0, not "${text}"`);
  return ms;
}

/** @returns the token. */
async function create(
  context: CliContext,
  api: Api,
  { ttlMs, description }: { readonly ttlMs: number; readonly description: string },
): Promise<string> {
  const { id, secret } = context.cluster.newToken();
  const endMs = context.now() + ttlMs;
  await api.send("POST", SECRETS, {
    metadata: { name: secretNameOf(id), namespace: TOKEN_NAMESPACE },
    type: TOKEN_TYPE,
    stringData: {
      "token-id": id,
      "token-secret": secret,
      "usage-bootstrap-signing": "true",
      "usage-bootstrap-authentication": "true",
      "auth-extra-groups": NODE_TOKENS,
      ...(Number.isFinite(endMs) ? { expiration: formatTime(endMs) } : {}),
      ...(description === "" ? {} : { description }),
    },
  });
  await untilSigned(context, api, id);
  return `${id}.${secret}`;
}

const LOOK_AGAIN_MS = 50;
const MOST_LOOKS = 100;

/** Who has the token before the cluster has signed what it says of itself by it would find a cluster that does not know it. */
async function untilSigned(context: CliContext, api: Api, id: string): Promise<void> {
  const { namespace, name } = CLUSTER_INFO;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const info = (await api.send("GET", `/api/v1/namespaces/${namespace}/configmaps/${name}`)) as Partial<ConfigMap>;
    if (info.data?.[signatureKey(id)] !== undefined) return;
    await context.wait(LOOK_AGAIN_MS);
  }
  context.err("The cluster has not signed by this token yet: machines may have to try again.");
}

async function list(context: CliContext, api: Api): Promise<number> {
  const selector = encodeURIComponent(`type=${TOKEN_TYPE}`);
  const { items } = (await api.send("GET", `${SECRETS}?fieldSelector=${selector}`)) as { items: readonly Secret[] };
  const rows = items.map((secret) => [
    `${tokenField(secret, "token-id")}.${tokenField(secret, "token-secret")}`,
    leftOf(secret, context.now()),
    usagesOf(secret),
    tokenField(secret, "description") || "<none>",
    tokenField(secret, "auth-extra-groups") || BOOTSTRAPPERS,
  ]);
  if (rows.length === 0) context.err("There are no tokens: 'wherry token create' makes one.");
  else for (const line of tableLines([["TOKEN", "TTL", "USAGES", "DESCRIPTION", "GROUPS"], ...rows])) context.out(line);
  return 0;
}

function leftOf(secret: Secret, nowMs: number): string {
  const leftMs = endOfToken(secret) - nowMs;
  if (leftMs === Infinity) return "<forever>";
  return leftMs <= 0 ? "<expired>" : shortHumanDuration(leftMs);
}

function usagesOf(secret: Secret): string {
  const usages = (["authentication", "signing"] as const).filter(
    (usage) => tokenField(secret, `usage-bootstrap-${usage}`) === "true",
  );
  return usages.join(",") || "<none>";
}

/** A whole token names its ID too. */
async function remove(context: CliContext, api: Api, ids: readonly string[]): Promise<number> {
  for (const text of ids) {
    const id = text.split(".")[0]!;
    if (!/^[a-z0-9]{6}$/.test(id))
      throw new UsageError(`"${text}" is no token and no ID of one: six letters or digits`);
    try {
      await api.send("DELETE", `${SECRETS}/${secretNameOf(id)}`);
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === 404)
        throw new Error(`there is no token ${id}`, { cause: error });
      throw error;
    }
    context.out(`deleted token ${id}`);
  }
  return 0;
}
