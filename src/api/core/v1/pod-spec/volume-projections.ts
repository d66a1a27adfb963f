import { annotationIssues } from "../../../../machinery/metadata.ts";
import { dnsLabel, dnsSubdomain } from "../../../../machinery/formats.ts";
import { forbidden, invalid, notSupported, required } from "../../../../machinery/issue.ts";
import { checkRequired, type Issues } from "../../../checks.ts";
import type {
  ClusterTrustBundleProjection,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
} from "../../../generated/core-v1.ts";
import { checkSelector } from "../label-selector.ts";
import { checkDownwardFile } from "./downward.ts";
import { checkFileMode, checkLocalPath } from "./paths.ts";
import { checkItem } from "./volume-sources-content.ts";

/** A volume of several sources in one directory, where no file may stand twice. */
export function checkProjected({ defaultMode, sources }: ProjectedVolumeSource, at: string, issues: Issues): void {
  checkFileMode(defaultMode, `${at}.defaultMode`, issues);
  const paths = new Set<string>();
  const claim = (path: string, shown: string) => {
    if (paths.has(path)) issues.push(invalid(at, shown, "conflicting duplicate paths"));
    paths.add(path);
  };
  for (const [index, source] of (sources ?? []).entries()) {
    const here = `${at}.sources[${index}]`;
    const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
    if (secret !== undefined) checkFiles(secret, `${here}.secret`, claim, issues);
    if (configMap !== undefined) checkFiles(configMap, `${here}.configMap`, claim, issues);
    for (const file of downwardAPI?.items ?? []) {
      checkDownwardFile(file, `${here}.downwardAPI`, issues);
      if (file.path) claim(file.path, file.path);
    }
    if (serviceAccountToken !== undefined) checkToken(serviceAccountToken, at, `${here}.serviceAccountToken`, issues);
    if (clusterTrustBundle !== undefined) {
      checkTrustBundle(clusterTrustBundle, `${here}.clusterTrustBundle`, issues);
      claim(clusterTrustBundle.path, clusterTrustBundle.path);
    }
    if (podCertificate !== undefined) checkCertificate(podCertificate, `${here}.podCertificate`, claim, issues);
    const given = [secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate];
    if (given.filter((part) => part !== undefined).length > 1) {
      issues.push(forbidden(here, "may not specify more than 1 volume type per source"));
    }
  }
}

type Claim = (path: string, shown: string) => void;

function checkFiles(
  { name, items = [] }: { readonly name?: string; readonly items?: readonly KeyToPath[] },
  at: string,
  claim: Claim,
  issues: Issues,
): void {
  checkRequired(name, `${at}.name`, issues);
  for (const [index, item] of items.entries()) {
    checkItem(item, `${at}.items[${index}]`, issues);
    if (item.path) claim(item.path, name ?? "");
  }
}

const LONGEST_TOKEN_SECONDS = 2 ** 32;

function checkToken(
  { expirationSeconds, path }: ServiceAccountTokenProjection,
  volumeAt: string,
  at: string,
  issues: Issues,
): void {
  const expirationAt = `${at}.expirationSeconds`;
  if (expirationSeconds < 600) {
    issues.push(invalid(expirationAt, expirationSeconds, "may not specify a duration less than 10 minutes"));
  }
  if (expirationSeconds > LONGEST_TOKEN_SECONDS) {
    issues.push(invalid(expirationAt, expirationSeconds, "may not specify a duration larger than 2^32 seconds"));
  }
  if (!path) issues.push(required(`${volumeAt}.path`));
  else checkLocalPath(path, `${volumeAt}.path`, issues);
}

function checkTrustBundle(bundle: ClusterTrustBundleProjection, at: string, issues: Issues): void {
  const { name, signerName, labelSelector, path } = bundle;
  if (name !== undefined && signerName !== undefined) {
    issues.push(invalid(at, bundle, "only one of name and signerName may be used"));
  } else if (name !== undefined) {
    if (name === "") issues.push(required(`${at}.name`, "must be a valid object name"));
    for (const problem of trustBundleName(name)) {
      issues.push(invalid(`${at}.name`, name, `not a valid clustertrustbundlename: ${problem}`));
    }
    if (labelSelector !== undefined) {
      issues.push(invalid(`${at}.labelSelector`, labelSelector, "labelSelector must be unset if name is specified"));
    }
  } else if (signerName !== undefined) {
    if (signerName === "") issues.push(required(`${at}.signerName`, "must be a valid signer name"));
    checkSignerName(signerName, `${at}.signerName`, issues);
    if (labelSelector !== undefined) checkSelector(labelSelector, `${at}.labelSelector`, issues);
  } else issues.push(required(at, "either name or signerName must be specified"));
  if (!path) issues.push(required(`${at}.path`));
  checkLocalPath(path, `${at}.path`, issues);
}

/** A bundle of a signer is named after it: `example.com:signer:name`. */
function trustBundleName(name: string): readonly string[] {
  return dnsSubdomain(name.slice(name.lastIndexOf(":") + 1));
}

/** `domain/path`, both as DNS names: who signs certificates. */
function checkSignerName(name: string, at: string, issues: Issues): void {
  if (name === "") issues.push(required(at));
  const parts = name.split("/");
  if (parts.length !== 2) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return void issues.push(invalid(at, name, detail));
  }
  const [domain, path] = parts as [string, string];
  for (const label of domain.split(".")) {
    for (const problem of dnsLabel(label)) issues.push(invalid(at, domain, `validating label "${label}": ${problem}`));
  }
  if (!domain.includes(".")) {
    issues.push(invalid(at, domain, "should be a domain with at least two segments separated by dots"));
  }
  for (const label of path.split(".")) {
    for (const problem of dnsSubdomain(label))
      issues.push(invalid(at, path, `validating label "${label}": ${problem}`));
  }
}

const KEY_TYPES = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const LONGEST_CERTIFICATE_SECONDS = 91 * DAY_SECONDS;

function checkCertificate(certificate: PodCertificateProjection, at: string, claim: Claim, issues: Issues): void {
  const { signerName, keyType, maxExpirationSeconds, userAnnotations } = certificate;
  checkSignerName(signerName, `${at}.signerName`, issues);
  if (userAnnotations !== undefined) issues.push(...annotationIssues(userAnnotations, `${at}.userAnnotations`));
  if (!KEY_TYPES.includes(keyType)) issues.push(notSupported(`${at}.keyType`, keyType, KEY_TYPES));
  if (maxExpirationSeconds !== undefined) {
    const most = /^(?:[^/]*\.)?kubernetes\.io\//.test(signerName) ? DAY_SECONDS : LONGEST_CERTIFICATE_SECONDS;
    const bad = (limit: string) =>
      issues.push(
        invalid(
          `${at}.maxExpirationSeconds`,
          maxExpirationSeconds,
          `if provided, maxExpirationSeconds must be ${limit}`,
        ),
      );
    if (maxExpirationSeconds < HOUR_SECONDS) bad(`>= ${HOUR_SECONDS}`);
    if (maxExpirationSeconds > most) bad(`<= ${most}`);
  }
  let found = false;
  for (const name of ["credentialBundlePath", "keyPath", "certificateChainPath"] as const) {
    const path = certificate[name];
    if (!path) continue;
    found = true;
    checkLocalPath(path, `${at}.${name}`, issues);
    claim(path, path);
  }
  if (!found) {
    issues.push(required(at, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"));
  }
}
