import { decodeBase64 } from "../../../machinery/base64.ts";
import { duplicate, forbidden, invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import type { CertificateSigningRequest } from "../../generated/certificates-v1.ts";
import type { RuleContext } from "../../kind.ts";
import { LEGACY_UNKNOWN, signerNameIssues } from "./signer-name.ts";

const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];
const SHORTEST_SECONDS = 600;
const CONDITIONS = "status.conditions";
/** What is once said of a request is never taken back. */
const LASTING = ["Approved", "Denied", "Failed"];

/** @param old the request before a change: what was wrong in it already is tolerated. */
export function* requestIssues(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
  context: RuleContext,
): Iterable<Issue> {
  const { spec, status } = request;
  const problem = problemOf(() => context.certificates?.readRequest(decodeBase64(spec.request)));
  if (problem !== undefined) yield invalid("spec.request", spec.request, problem);
  // The spec never changes: what a stored one has was accepted.
  if (old === undefined) yield* specIssues(spec);
  yield* conditionIssues(request, old);
  if (status.certificate !== undefined && status.certificate !== old?.status.certificate) {
    const why = certificateProblem(decodeBase64(status.certificate), context);
    if (why !== undefined) yield invalid("status.certificate", "<certificate data>", why);
  }
}

/** What is wrong with a change; what each subresource may write differs. */
export function* requestUpdateIssues(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  context: RuleContext,
): Iterable<Issue> {
  yield* requestIssues(request, old, context);
  for (const type of LASTING) {
    if (conditionsOf(request, type).length < conditionsOf(old, type).length) {
      yield forbidden(CONDITIONS, `updates may not remove a condition of type "${type}"`);
    }
  }
  if (context.subresource !== "approval") {
    for (const type of ["Approved", "Denied"]) {
      if (conditionsOf(request, type).length > conditionsOf(old, type).length) {
        yield forbidden(CONDITIONS, `updates may not add a condition of type "${type}"`);
      }
    }
  }
  if (request.status.certificate === old.status.certificate) return;
  if (context.subresource !== "status")
    yield forbidden("status.certificate", "updates may not set certificate content");
  else if (old.status.certificate !== undefined) {
    yield forbidden("status.certificate", "updates may not modify existing certificate content");
  }
}

function* specIssues(spec: CertificateSigningRequest["spec"]): Iterable<Issue> {
  const usages: readonly string[] = spec.usages ?? [];
  if (usages.length === 0) yield required("spec.usages");
  for (const [index, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) yield notSupported(`spec.usages[${index}]`, usage, USAGES);
  }
  for (const [index, usage] of usages.entries()) {
    if (usages.indexOf(usage) < index) yield duplicate(`spec.usages[${index}]`, usage);
  }
  if (spec.signerName === LEGACY_UNKNOWN) {
    yield invalid("spec.signerName", spec.signerName, "the legacy signerName is not allowed via this API version");
  } else yield* signerNameIssues(spec.signerName, "spec.signerName");
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < SHORTEST_SECONDS) {
    const rule = "may not specify a duration less than 600 seconds (10 minutes)";
    yield invalid("spec.expirationSeconds", spec.expirationSeconds, rule);
  }
}

function* conditionIssues(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
): Iterable<Issue> {
  const before = (old?.status.conditions ?? []).map(({ type }) => type);
  const toleratesDuplicates = new Set(before).size < before.length;
  const toleratesBoth = before.includes("Approved") && before.includes("Denied");
  const seen = new Set<string>();
  for (const [index, { type, status: value }] of (status.conditions ?? []).entries()) {
    const at = `${CONDITIONS}[${index}]`;
    const allowed = LASTING.includes(type) ? ["True"] : ["False", "True", "Unknown"];
    if (type === "" && !before.includes("")) yield required(`${at}.type`);
    if (value === "") yield required(`${at}.status`);
    else if (!allowed.includes(value)) yield notSupported(`${at}.status`, value, allowed);
    const opposite = type === "Approved" ? "Denied" : type === "Denied" ? "Approved" : undefined;
    if (opposite !== undefined && seen.has(opposite) && !toleratesBoth) {
      yield invalid(CONDITIONS, type, "Approved and Denied conditions are mutually exclusive");
    }
    if (seen.has(type) && !toleratesDuplicates) yield duplicate(`${at}.type`, type);
    seen.add(type);
  }
}

export function conditionsOf({ status }: CertificateSigningRequest, type: string) {
  return (status.conditions ?? []).filter((condition) => condition.type === type);
}

const BLOCK = /-----BEGIN ([^-]+)-----\r?\n([\s\S]*?)-----END \1-----/g;

function certificateProblem(pem: string, context: RuleContext): string | undefined {
  const blocks = [...pem.matchAll(BLOCK)];
  for (const [, type, content] of blocks) {
    if (type !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found "${type}"`;
    if (content!.includes(":")) return "no PEM block headers are permitted";
  }
  if (blocks.length === 0) return "must contain at least one CERTIFICATE PEM block";
  return problemOf(() => context.certificates?.readCertificates(pem));
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
