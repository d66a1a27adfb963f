import { configKey } from "../../../machinery/formats.ts";
import { invalid, type Issue, required, tooLong } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { decodeBase64, decodedLength, encodeBase64 } from "../../../machinery/base64.ts";
import { checkFormat, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { Secret as StoredSecret } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { unmarshalProblem } from "../../unmarshal-problem.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { frozenIssues, LARGEST_DATA_BYTES } from "./config-map.ts";

export type Secret = StoredSecret;

export const Secret: Kind<Secret> = defineKind(facts.core.v1.Secret, {
  comparesFirst: true,
  fields: { type: ({ type }) => type ?? "" },
  columns: [
    { name: "Type", type: "string", value: ({ type }) => type ?? "" },
    { name: "Data", type: "string", value: ({ data = {} }) => Object.keys(data).length },
    age,
  ],
  default(object) {
    const secret = object as unknown as Mutable<Secret>;
    secret.type ??= "Opaque";
    if (secret.stringData === undefined) return;
    // What was written as plain text is stored, and read, as bytes.
    const data = (secret.data ??= {});
    for (const [key, text] of Object.entries(secret.stringData)) data[key] = encodeBase64(text);
    delete secret.stringData;
  },
  prepareForUpdate(object, old) {
    const secret = object as unknown as Mutable<Secret>;
    if (!secret.type && old.type !== undefined) secret.type = old.type;
  },
  validate: secretIssues,
  validateUpdate(secret, old) {
    const issues: Issues = secret.type === old.type ? [] : [invalid("type", secret.type ?? "", IMMUTABLE)];
    return [...issues, ...frozenIssues(secret, old, ["data"])];
  },
  *warnings({ type, data = {} }, _old, { certificates }) {
    if (type !== TLS) return;
    const [certificate, key] = [decodeBase64(data[CERTIFICATE]!), decodeBase64(data[KEY]!)];
    const problem = certificates?.keyPairProblem(certificate, key);
    if (problem !== undefined) yield problem;
  },
});

const TLS = "kubernetes.io/tls";
const CERTIFICATE = "tls.crt";
const KEY = "tls.key";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";

function secretIssues({ metadata, type, data = {} }: Secret): readonly Issue[] {
  const issues: Issues = [];
  let bytes = 0;
  for (const key in data) {
    checkFormat(key, `data[${key}]`, configKey, issues);
    bytes += decodedLength(data[key]!);
  }
  if (bytes > LARGEST_DATA_BYTES) issues.push(tooLong("data", LARGEST_DATA_BYTES));
  switch (type) {
    case "kubernetes.io/service-account-token":
      if (!metadata.annotations?.[ACCOUNT_NAME]) issues.push(required(`metadata.annotations[${ACCOUNT_NAME}]`));
      break;
    case "kubernetes.io/dockercfg":
      checkJson(data, ".dockercfg", issues);
      break;
    case "kubernetes.io/dockerconfigjson":
      checkJson(data, ".dockerconfigjson", issues);
      break;
    case "kubernetes.io/basic-auth":
      if (data["username"] !== undefined || data["password"] !== undefined) break;
      issues.push(required("data[username]"), required("data[password]"));
      break;
    case "kubernetes.io/ssh-auth":
      if (!data["ssh-privatekey"]) issues.push(required("data[ssh-privatekey]"));
      break;
    case TLS:
      for (const key of [CERTIFICATE, KEY]) if (data[key] === undefined) issues.push(required(`data[${key}]`));
      break;
    default:
  }
  return issues;
}

/** The key must hold a JSON object. */
function checkJson(data: NonNullable<Secret["data"]>, key: string, issues: Issues): void {
  const content = data[key];
  if (content === undefined) return void issues.push(required(`data[${key}]`));
  const problem = unmarshalProblem(decodeBase64(content), "object", "map[string]interface {}");
  if (problem !== undefined) issues.push(invalid(`data[${key}]`, "<secret contents redacted>", problem));
}
