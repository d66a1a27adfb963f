import { parseIp } from "../../../base/ip.ts";
import { dnsLabel, dnsSubdomain, pathSegment, portName, wildcardSubdomain } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { checkAddress } from "../../addresses.ts";
import { checkFormat, checkRequiredFormat, type Issues } from "../../checks.ts";
import type { HTTPIngressPath, Ingress, IngressBackend } from "../../generated/networking-v1.ts";

const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const TRICKS = ["//", "/./", "/../", "%2f", "%2F"];
const TRICKY_ENDS = ["/..", "/."];

export const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

export function ingressIssues({ metadata, spec }: Ingress): readonly Issue[] {
  const issues: Issues = [];
  const { rules = [], tls = [], defaultBackend, ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined) {
    issues.push(
      invalid(
        "spec",
        spec.rules ?? givenEmpty(spec, "rules") ?? null,
        "either `defaultBackend` or `rules` must be specified",
      ),
    );
  }
  if (defaultBackend !== undefined) checkBackend(defaultBackend, "spec.defaultBackend", issues);
  for (const [index, { host = "", http }] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    if (parseIp(host) !== undefined) {
      issues.push(invalid(`${at}.host`, host, "must be a DNS name, not an IP address"));
    }
    if (host !== "") checkHost(host, `${at}.host`, issues);
    if (http === undefined) continue;
    const paths = (http.paths as typeof http.paths | null) ?? [];
    if (paths.length === 0) issues.push(required(`${at}.http.paths`));
    for (const [number, path] of paths.entries()) checkPath(path, `${at}.http.paths[${number}]`, issues);
  }
  for (const [index, { hosts = [], secretName }] of tls.entries()) {
    const at = `spec.tls[${index}]`;
    for (const [number, host] of hosts.entries()) checkHost(host, `${at}.hosts[${number}]`, issues);
    if (secretName) checkFormat(secretName, `${at}.secretName`, dnsSubdomain, issues);
  }
  if (ingressClassName !== undefined) checkFormat(ingressClassName, "spec.ingressClassName", dnsSubdomain, issues);
  const annotation = metadata.annotations?.[CLASS_ANNOTATION];
  const isNew = metadata.resourceVersion === undefined;
  if (isNew && annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName) {
    const detail = "must match `ingressClassName` when both are specified";
    issues.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotation, detail));
  }
  return issues;
}

/** What is wrong with where an ingress says it can be reached. */
export function ingressStatusIssues({ status }: Ingress, old: Ingress): readonly Issue[] {
  const issues: Issues = [];
  const known = (old.status.loadBalancer.ingress ?? []).map(({ ip = "" }) => ip).filter((ip) => ip !== "");
  for (const [index, { ip = "", hostname = "" }] of (status.loadBalancer.ingress ?? []).entries()) {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (ip !== "") checkAddress(ip, `${at}.ip`, issues, known);
    if (hostname === "") continue;
    checkFormat(hostname, `${at}.hostname`, dnsSubdomain, issues);
    if (parseIp(hostname) !== undefined) {
      issues.push(invalid(`${at}.hostname`, hostname, "must be a DNS name, not an IP address"));
    }
  }
  return issues;
}

function checkHost(host: string, at: string, issues: Issues): void {
  checkFormat(host, at, host.includes("*") ? wildcardSubdomain : dnsSubdomain, issues);
}

function checkPath({ path = "", pathType, backend }: HTTPIngressPath, at: string, issues: Issues): void {
  const type: string | null = pathType;
  if (type === null) return void issues.push(required(`${at}.pathType`, "pathType must be specified"));
  const isPlain = type === "Exact" || type === "Prefix";
  if (!PATH_TYPES.includes(type)) issues.push(notSupported(`${at}.pathType`, type, PATH_TYPES));
  else if (!path.startsWith("/") && (isPlain || path !== "")) {
    issues.push(invalid(`${at}.path`, path, "must be an absolute path"));
  }
  if (isPlain) {
    for (const trick of TRICKS) {
      if (path.includes(trick)) issues.push(invalid(`${at}.path`, path, `must not contain '${trick}'`));
    }
    for (const end of TRICKY_ENDS) {
      if (path.endsWith(end)) issues.push(invalid(`${at}.path`, path, `cannot end with '${end}'`));
    }
  }
  checkBackend(backend, `${at}.backend`, issues);
}

function checkBackend({ service, resource }: IngressBackend, at: string, issues: Issues): void {
  if (resource !== undefined && service !== undefined) {
    return void issues.push(invalid(at, "", "cannot set both resource and service backends"));
  }
  if (resource !== undefined) {
    if (resource.apiGroup != null) checkFormat(resource.apiGroup, `${at}.resource.apiGroup`, dnsSubdomain, issues);
    checkRequiredFormat(resource.kind, `${at}.resource.kind`, pathSegment, issues);
    return checkRequiredFormat(resource.name, `${at}.resource.name`, pathSegment, issues);
  }
  if (service === undefined) {
    return void issues.push(invalid(at, "", "resource or service backend is required"));
  }
  checkRequiredFormat(service.name, `${at}.service.name`, dnsLabel, issues);
  const { name = "", number = 0 } = service.port;
  if (name !== "" && number !== 0) issues.push(invalid(at, "", "cannot set both port name & port number"));
  else if (name !== "") checkFormat(name, `${at}.service.port.name`, portName, issues);
  else if (number === 0) issues.push(required(at, "port name or number is required"));
  else if (number < 1 || number > 65535) {
    issues.push(invalid(`${at}.service.port.number`, number, "must be between 1 and 65535, inclusive"));
  }
}
