import { networkContains, parseNetwork } from "../../../base/ip.ts";
import { portName } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { checkNetwork, networkWarnings } from "../../addresses.ts";
import { checkFormat, checkPortNumber, type Issues } from "../../checks.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../generated/networking-v1.ts";

const PROTOCOLS = ["TCP", "UDP", "SCTP"];
const TYPES = ["Ingress", "Egress"];

/** @param old what it was: networks that stood there may stay as they were written */
export function networkPolicyIssues({ spec }: NetworkPolicy, old: NetworkPolicy | undefined): readonly Issue[] {
  const issues: Issues = [];
  const known = old === undefined ? [] : networksOf(old);
  checkSelector(spec.podSelector, "spec.podSelector", issues);
  for (const [index, { ports = [], from = [] }] of (spec.ingress ?? []).entries()) {
    checkRule(ports, from, "from", `spec.ingress[${index}]`, known, issues);
  }
  for (const [index, { ports = [], to = [] }] of (spec.egress ?? []).entries()) {
    checkRule(ports, to, "to", `spec.egress[${index}]`, known, issues);
  }
  const types = spec.policyTypes ?? [];
  if (types.length > TYPES.length) {
    issues.push(invalid("spec.policyTypes", types, "may not specify more than two policyTypes"));
    return issues;
  }
  for (const [index, type] of types.entries()) {
    if (!TYPES.includes(type)) issues.push(notSupported(`spec.policyTypes[${index}]`, type, TYPES));
  }
  return issues;
}

export function* networkPolicyWarnings({ spec }: NetworkPolicy): Iterable<string> {
  for (const [index, { from = [] }] of (spec.ingress ?? []).entries()) {
    yield* peerWarnings(from, `spec.ingress[${index}].from`);
  }
  for (const [index, { to = [] }] of (spec.egress ?? []).entries()) yield* peerWarnings(to, `spec.egress[${index}].to`);
}

function* peerWarnings(peers: readonly NetworkPolicyPeer[], at: string): Iterable<string> {
  for (const [index, { ipBlock }] of peers.entries()) {
    if (ipBlock === undefined) continue;
    const here = `${at}[${index}].ipBlock`;
    yield* networkWarnings(ipBlock.cidr, `${here}.cidr`);
    for (const [position, hole] of (ipBlock.except ?? []).entries()) {
      yield* networkWarnings(hole, `${here}.except[${position}]`);
    }
  }
}

function networksOf({ spec }: NetworkPolicy): readonly string[] {
  const peers = [
    ...(spec.ingress ?? []).flatMap(({ from = [] }) => from),
    ...(spec.egress ?? []).flatMap(({ to = [] }) => to),
  ];
  return peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock.cidr, ...(ipBlock.except ?? [])]));
}

function checkRule(
  ports: readonly NetworkPolicyPort[],
  peers: readonly NetworkPolicyPeer[],
  name: "from" | "to",
  at: string,
  known: readonly string[],
  issues: Issues,
): void {
  for (const [index, port] of ports.entries()) checkPolicyPort(port, `${at}.ports[${index}]`, issues);
  for (const [index, peer] of peers.entries()) checkPeer(peer, `${at}.${name}[${index}]`, known, issues);
}

function checkPolicyPort({ protocol, port, endPort }: NetworkPolicyPort, at: string, issues: Issues): void {
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    issues.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
  }
  const endAt = `${at}.endPort`;
  if (port === undefined) {
    if (endPort !== undefined) {
      issues.push(invalid(endAt, endPort, "may not be specified when `port` is not specified"));
    }
  } else if (typeof port === "number") {
    checkPortNumber(port, `${at}.port`, issues);
    if (endPort === undefined) return;
    if (endPort < port) issues.push(invalid(endAt, port, "must be greater than or equal to `port`"));
    checkPortNumber(endPort, endAt, issues);
  } else {
    if (endPort !== undefined) {
      issues.push(invalid(endAt, endPort, "may not be specified when `port` is non-numeric"));
    }
    checkFormat(port, `${at}.port`, portName, issues);
  }
}

function checkPeer(peer: NetworkPolicyPeer, at: string, known: readonly string[], issues: Issues): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (podSelector !== undefined) checkSelector(podSelector, `${at}.podSelector`, issues);
  if (namespaceSelector !== undefined) checkSelector(namespaceSelector, `${at}.namespaceSelector`, issues);
  if (ipBlock !== undefined) checkBlock(ipBlock, `${at}.ipBlock`, known, issues);
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && ipBlock === undefined) issues.push(required(at, "must specify a peer"));
  else if (selects && ipBlock !== undefined) {
    issues.push(forbidden(at, "may not specify both ipBlock and another peer"));
  }
}

function checkBlock({ cidr, except = [] }: IPBlock, at: string, known: readonly string[], issues: Issues): void {
  if (cidr === "") return void issues.push(required(`${at}.cidr`));
  checkNetwork(cidr, `${at}.cidr`, issues, known);
  const network = parseNetwork(cidr);
  if (network === undefined) return;
  for (const [index, text] of except.entries()) {
    const here = `${at}.except[${index}]`;
    checkNetwork(text, here, issues, known);
    const hole = parseNetwork(text);
    if (hole === undefined) continue;
    if (!networkContains(network, hole) || network.prefixLength >= hole.prefixLength) {
      issues.push(invalid(here, text, "must be a strict subset of `cidr`"));
    }
  }
}
