import { encodeBase64 } from "../../base64.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { age } from "../../columns.ts";
import type { Secret as StoredSecret } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Secret = StoredSecret;

export const Secret: Kind<Secret> = defineKind(facts.core.v1.Secret, {
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
});
