import { humanDuration } from "../../../machinery/duration.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { formatTime } from "../../../machinery/time.ts";
import { age } from "../../columns.ts";
import type { CertificateSigningRequest as StoredCertificateSigningRequest } from "../../generated/certificates-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind, type RuleContext } from "../../kind.ts";
import { conditionsOf, requestIssues, requestUpdateIssues } from "./csr-validation.ts";

export type CertificateSigningRequest = StoredCertificateSigningRequest;

export const CertificateSigningRequest: Kind<CertificateSigningRequest> = defineKind(
  facts.certificates.v1.CertificateSigningRequest,
  {
    metadataChecks: { update: ["whole", "change"] },
    nameRule: "path-segment",
    fields: { "spec.signerName": ({ spec }) => spec.signerName },
    columns: [
      age,
      { name: "SignerName", type: "string", value: ({ spec }) => spec.signerName },
      { name: "Requestor", type: "string", value: ({ spec }) => spec.username ?? "" },
      {
        name: "RequestedDuration",
        type: "string",
        value: ({ spec: { expirationSeconds } }) =>
          expirationSeconds === undefined ? "<none>" : humanDuration(expirationSeconds * 1000),
      },
      { name: "Condition", type: "string", value: conditionText },
    ],
    resets: {
      "": ["spec", "status"],
      status: ["spec", "status.conditions"],
      approval: ["spec", "status.certificate"],
    },
    prepareForCreate: (object, context) => askedBy(object as unknown as Mutable<CertificateSigningRequest>, context),
    prepareForUpdate: (object, old, context) =>
      keepRest(object as unknown as Mutable<CertificateSigningRequest>, old, context),
    validate: (request, context) =>
      request.metadata.resourceVersion === undefined ? requestIssues(request, undefined, context) : [],
    validateUpdate: requestUpdateIssues,
    validateStatusUpdate: requestUpdateIssues,
  },
);

/** Who asks is who made the call, whatever the body says. */
function askedBy({ spec }: Mutable<CertificateSigningRequest>, { user }: RuleContext): void {
  delete spec.username;
  delete spec.uid;
  delete spec.groups;
  delete spec.extra;
  if (user === undefined) return;
  spec.username = user.name;
  if (user.uid !== "") spec.uid = user.uid;
  spec.groups = [...user.groups];
  const extra = Object.entries(user.extra).map(([name, values]): [string, string[]] => [name, [...values]]);
  if (extra.length > 0) spec.extra = Object.fromEntries(extra);
}

/** A request itself never changes; its subresources write the conditions, and one of them the certificate. */
function keepRest(
  object: Mutable<CertificateSigningRequest>,
  old: CertificateSigningRequest,
  { subresource, nowMs }: RuleContext,
): void {
  if (subresource === "") return;
  if (subresource === "status") for (const type of ["Approved", "Denied"]) keepConditions(object, old, type);
  fillTimes(object, old, formatTime(nowMs));
  if (subresource !== "approval") return;
  const { conditions, ...rest } = object.status;
  const { certificate } = old.status;
  object.status = { ...rest, ...(conditions === undefined ? {} : { conditions }) };
  delete object.status.certificate;
  if (certificate !== undefined) object.status.certificate = certificate;
}

/** Approvals are not the status' to change; added or removed ones are refused by validation. */
function keepConditions(
  object: Mutable<CertificateSigningRequest>,
  old: CertificateSigningRequest,
  type: string,
): void {
  const before = conditionsOf(old, type);
  const { conditions = [] } = object.status;
  if (conditions.filter((condition) => condition.type === type).length !== before.length) return;
  let index = 0;
  object.status.conditions = conditions.map((condition) =>
    condition.type === type ? { ...before[index++]! } : condition,
  );
  if (object.status.conditions.length === 0) delete object.status.conditions;
}

function fillTimes({ status }: Mutable<CertificateSigningRequest>, old: CertificateSigningRequest, now: string): void {
  for (const condition of status.conditions ?? []) {
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??=
      (old.status.conditions ?? []).find(({ type, status: is }) => type === condition.type && is === condition.status)
        ?.lastTransitionTime ?? now;
  }
}

function conditionText(request: CertificateSigningRequest): string {
  const has = (type: string) => conditionsOf(request, type).length > 0;
  const decision = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  return `${decision}${has("Failed") ? ",Failed" : ""}${request.status.certificate === undefined ? "" : ",Issued"}`;
}
