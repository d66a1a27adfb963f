import type { Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { canonicalIp, ipFamily } from "../base/ip.ts";
import type { Directory } from "./directory.ts";
import { clusterAddresses, serviceNameOf } from "./directory.ts";
import type { Answer, Question, ResourceRecord } from "./message.ts";
import type { ServiceRequest } from "./names.ts";
import { addressOfPodLabel, addressOfReverseName, labelOfAddress, readName } from "./names.ts";

export interface DomainConfig {
  /** `cluster.local` */
  readonly domain: string;
  /** Seconds for which answers may be remembered. */
  readonly ttl: number;
  /** Where this server is reached: the addresses of `ns.dns.<domain>`. */
  readonly serverAddresses: readonly string[];
}

/** The version of the specification that these names follow, and how long that may be remembered. */
const SCHEMA_VERSION = { text: "1.1.0", ttl: 28_800 };

/** How many names of our own a chain of ExternalNames may pass. */
const LONGEST_CHAIN = 8;

/**
 * Answers a question about the cluster, as Kubernetes' DNS specification 1.1.0 and CoreDNS have it; undefined where the
 * name belongs elsewhere. Reverse names that the cluster does not know belong elsewhere.
 */
export function answerQuestion(question: Question, directory: Directory, config: DomainConfig): Answer | undefined {
  const name = question.name.toLowerCase();
  if (name.endsWith(".arpa")) return answerReverse(question, name, directory, config);
  if (name !== config.domain && !name.endsWith(`.${config.domain}`)) return undefined;
  const found = lookUp(question.name, directory, config);
  if (found === undefined) return withoutAnswer(directory.complete ? "NXDOMAIN" : "SERVFAIL", directory, config);
  return answerFrom(found, question, directory, config);
}

/** What there is at a name. Nothing in all lists: the name exists, and has records of other types or names below it. */
interface Found {
  readonly addresses: readonly string[];
  readonly targets: readonly Target[];
  /** The name that this one is another name of. */
  readonly alias?: string;
  readonly text?: string;
  readonly isDomain?: boolean;
}

/** A port of a host, for SRV. */
interface Target {
  readonly host: string;
  readonly address: string;
  /** Absent where the endpoint or service has no ports. */
  readonly port: number | undefined;
}

const NOTHING_HERE: Found = { addresses: [], targets: [] };

function answerFrom(found: Found, question: Question, directory: Directory, config: DomainConfig): Answer {
  const { name, type } = question;
  const { ttl } = config;
  switch (type) {
    case "A":
    case "AAAA":
      return answerAddresses(found, question, directory, config);
    case "CNAME":
      if (found.alias !== undefined) return answered([{ type, name, ttl, target: found.alias }]);
      break;
    case "SRV":
      if (found.targets.length > 0) return answerTargets(found.targets, name, directory, config);
      break;
    case "TXT":
      if (found.text !== undefined) return answered([{ type, name, ttl: SCHEMA_VERSION.ttl, text: found.text }]);
      break;
    case "SOA":
      if (found.isDomain === true) return answered([{ ...startOfAuthority(directory, config), name }]);
      break;
    case "NS": {
      if (found.isDomain !== true) break;
      const target = `ns.dns.${config.domain}`;
      return answered(
        [{ type, name, ttl, target }],
        config.serverAddresses.map((address) => addressRecord(target, address, ttl)),
      );
    }
  }
  return withoutAnswer("NOERROR", directory, config);
}

function answerAddresses(found: Found, { name, type }: Question, directory: Directory, config: DomainConfig): Answer {
  const records: ResourceRecord[] = [];
  let owner = name;
  let here: Found | undefined = found;
  while (here?.alias !== undefined) {
    const target: string = here.alias;
    if (records.length >= LONGEST_CHAIN || target.toLowerCase() === owner.toLowerCase()) break;
    records.push({ type: "CNAME", name: owner, ttl: config.ttl, target });
    if (!isInside(target, config.domain)) return { ...answered(records), continueWith: target };
    owner = target;
    here = lookUp(target, directory, config);
  }
  const family = type === "A" ? "IPv4" : "IPv6";
  const addresses = new Set((here?.addresses ?? []).filter((address) => ipFamily(address) === family));
  // An alias of a name that has no such record is no answer.
  if (addresses.size === 0) return withoutAnswer("NOERROR", directory, config);
  return answered([...records, ...[...addresses].map((address) => addressRecord(owner, address, config.ttl))]);
}

/** All targets share the traffic alike. */
function answerTargets(
  targets: readonly Target[],
  name: string,
  directory: Directory,
  { domain, ttl }: DomainConfig,
): Answer {
  const weight = Math.max(1, Math.floor(100 / targets.length));
  const records = new Map<string, ResourceRecord>();
  const additionals = new Map<string, ResourceRecord>();
  for (const { host, address, port } of targets) {
    if (port === undefined) continue;
    records.set(`${host} ${port}`, { type: "SRV", name, ttl, priority: 0, weight, port, target: host });
    additionals.set(`${host} ${address}`, addressRecord(host, address, ttl));
  }
  if (records.size === 0) return withoutAnswer("NOERROR", directory, { domain, ttl });
  return answered([...records.values()], [...additionals.values()]);
}

/** What is at a name of the domain; undefined where there is no such name. */
function lookUp(name: string, directory: Directory, config: DomainConfig): Found | undefined {
  const request = readName(name.toLowerCase(), config.domain);
  switch (request?.kind) {
    case "branch":
      return { ...NOTHING_HERE, isDomain: name.toLowerCase() === config.domain };
    case "schema-version":
      return { ...NOTHING_HERE, text: SCHEMA_VERSION.text };
    case "name-server":
      return { ...NOTHING_HERE, addresses: config.serverAddresses };
    case "namespace":
      return directory.hasNamespace(request.namespace) ? NOTHING_HERE : undefined;
    case "pod": {
      // The address is not compared with those of the namespace's pods: as CoreDNS's mode "insecure".
      const address = directory.hasNamespace(request.namespace) ? addressOfPodLabel(request.label) : undefined;
      return address === undefined ? undefined : { ...NOTHING_HERE, addresses: [address] };
    }
    case "service":
      return directory.hasNamespace(request.namespace) ? lookUpService(request, directory, config) : undefined;
    case "unknown":
    case undefined:
      return undefined;
  }
}

function lookUpService(request: ServiceRequest, directory: Directory, { domain }: DomainConfig): Found | undefined {
  const service = directory.service(request.namespace, request.service);
  if (service === undefined) return undefined;
  if (service.spec.type === "ExternalName") return lookUpExternalName(request, service);
  const host = `${request.service}.${request.namespace}.svc.${domain}`;
  const cluster = clusterAddresses(service);
  if (request.endpoint !== undefined || cluster.length === 0) {
    const targets = directory
      .slicesOf(request.namespace, request.service)
      .flatMap((slice) => targetsOf(slice, request, host));
    return targets.length === 0 ? undefined : { addresses: targets.map(({ address }) => address), targets };
  }
  const ports: readonly Port[] = service.spec.ports?.length ? service.spec.ports : [{}];
  const targets = ports
    .filter((port) => isAskedFor(port, request))
    .flatMap(({ port }) => cluster.map((address) => ({ host, address, port })));
  return targets.length === 0 ? undefined : { addresses: cluster, targets };
}

/** The name has no endpoints and no ports, so that there is nothing below it. An address is no name. */
function lookUpExternalName(request: ServiceRequest, { spec }: Service): Found | undefined {
  const target = (spec.externalName ?? "").replace(/\.$/, "");
  if (request.endpoint !== undefined || request.port !== undefined) return undefined;
  if (target === "" || canonicalIp(target) !== undefined) return undefined;
  return { ...NOTHING_HERE, alias: target };
}

/** The ready endpoints of a slice, once for each port. Who wants others published says so in the service, and they are ready. */
function targetsOf(slice: EndpointSlice, request: ServiceRequest, service: string): readonly Target[] {
  const ports: readonly Port[] = slice.ports?.length ? slice.ports : [{}];
  const wanted = ports.filter((port) => isAskedFor(port, request));
  return readyEndpoints(slice).flatMap(({ label, address }) => {
    if (request.endpoint !== undefined && label.toLowerCase() !== request.endpoint) return [];
    return wanted.map(({ port }) => ({ host: `${label}.${service}`, address, port }));
  });
}

interface Port {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
}

function isAskedFor({ name, protocol }: Port, request: ServiceRequest): boolean {
  if (request.port === undefined) return true;
  return request.port === (name ?? "").toLowerCase() && request.protocol === (protocol ?? "").toLowerCase();
}

function readyEndpoints(slice: EndpointSlice): readonly { readonly label: string; readonly address: string }[] {
  return (slice.endpoints ?? [])
    .filter((endpoint) => endpoint.conditions.ready ?? true)
    .flatMap((endpoint) =>
      endpoint.addresses.map((text) => ({ hostname: endpoint.hostname, address: canonicalIp(text) })),
    )
    .flatMap(({ hostname, address }) =>
      address === undefined ? [] : [{ label: hostname || labelOfAddress(address), address }],
    );
}

/** ClusterIPs have the name of their service, endpoints the one that they have in each of theirs. */
function answerReverse(
  { name, type }: Question,
  reverse: string,
  directory: Directory,
  { domain, ttl }: DomainConfig,
): Answer | undefined {
  const address = type === "PTR" ? addressOfReverseName(reverse) : undefined;
  if (address === undefined) return undefined;
  const service = directory.serviceAt(address);
  if (service !== undefined) {
    const { metadata } = service;
    return answered([{ type: "PTR", name, ttl, target: `${metadata.name}.${metadata.namespace}.svc.${domain}` }]);
  }
  const targets = directory.slicesAt(address).flatMap((slice) =>
    readyEndpoints(slice)
      .filter((endpoint) => endpoint.address === address)
      .map(({ label }) => `${label}.${serviceNameOf(slice)}.${slice.metadata.namespace}.svc.${domain}`),
  );
  if (targets.length === 0) return undefined;
  return answered([...new Set(targets)].map((target) => ({ type: "PTR", name, ttl, target })));
}

function answered(answers: readonly ResourceRecord[], additionals: readonly ResourceRecord[] = []): Answer {
  return { code: "NOERROR", answers, authorities: [], additionals };
}

function withoutAnswer(
  code: "NOERROR" | "NXDOMAIN" | "SERVFAIL",
  directory: Directory,
  config: Pick<DomainConfig, "domain" | "ttl">,
): Answer {
  return { code, answers: [], authorities: [startOfAuthority(directory, config)], additionals: [] };
}

function startOfAuthority(directory: Directory, { domain, ttl }: Pick<DomainConfig, "domain" | "ttl">): ResourceRecord {
  return {
    type: "SOA",
    name: domain,
    ttl,
    primary: `ns.dns.${domain}`,
    mailbox: `hostmaster.${domain}`,
    serial: directory.serial,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  };
}

function addressRecord(name: string, address: string, ttl: number): ResourceRecord {
  return { type: ipFamily(address) === "IPv4" ? "A" : "AAAA", name, ttl, address };
}

function isInside(name: string, domain: string): boolean {
  return name.toLowerCase() === domain || name.toLowerCase().endsWith(`.${domain}`);
}
