import { parseNetwork } from "../../../base/ip.ts";
import { invalid, type Issue, required } from "../../../machinery/issue.ts";
import { checkCanonicalNetwork } from "../../addresses.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { ServiceCIDR as StoredServiceCIDR } from "../../generated/networking-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ServiceCIDR = StoredServiceCIDR;

/** A network from which Services get their addresses. */
export const ServiceCIDR: Kind<ServiceCIDR> = defineKind(facts.networking.v1.ServiceCIDR, {
  resets: { status: ["spec", "metadata"] },
  columns: [{ name: "CIDRs", type: "string", value: ({ spec }) => (spec.cidrs ?? []).join(",") }, age],
  validate: ({ metadata, spec }) => (metadata.resourceVersion === undefined ? networkIssues(spec.cidrs ?? []) : []),
  validateUpdate: ({ spec }, old) => changeIssues(spec.cidrs ?? [], old.spec.cidrs ?? []),
});

const AT = "spec.cidrs";

function networkIssues(cidrs: readonly string[]): Issues {
  if (cidrs.length === 0) return [required(AT, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalid(AT, { CIDRs: cidrs }, "may only hold up to 2 values")];
  const issues: Issues = [];
  for (const [index, cidr] of cidrs.entries()) checkCanonicalNetwork(cidr, `${AT}[${index}]`, issues);
  const [first, second] = cidrs.map(parseNetwork);
  if (first !== undefined && first.family === second?.family) {
    const rule = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
    issues.push(invalid(AT, cidrs, rule));
  }
  return issues;
}

/** A network never changes; a second one of the other family may come to it. */
function* changeIssues(cidrs: readonly string[], old: readonly string[]): Iterable<Issue> {
  const widened = old.length === 1 && cidrs.length === 2;
  if (cidrs.length !== old.length && !widened) return yield invalid(AT, cidrs, IMMUTABLE);
  for (const [index, cidr] of old.entries()) {
    if (cidrs[index] !== cidr) yield invalid(`${AT}[${index}]`, cidrs[index], IMMUTABLE);
  }
  if (widened) yield* networkIssues(cidrs);
}
