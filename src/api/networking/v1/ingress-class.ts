import { byteLength, dnsLabel, dnsSubdomain, pathSegment } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, required, tooLong } from "../../../machinery/issue.ts";
import { checkDomainPath, checkFormat, checkOneOf, checkRequiredFormat, IMMUTABLE, type Issues } from "../../checks.ts";
import { age, name } from "../../columns.ts";
import type {
  IngressClass as StoredIngressClass,
  IngressClassParametersReference,
} from "../../generated/networking-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type IngressClass = StoredIngressClass;

export const IngressClass: Kind<IngressClass> = defineKind(facts.networking.v1.IngressClass, {
  comparesFirst: true,
  desired: ({ spec }) => spec,
  columns: [
    { ...name, value: nameOf },
    { name: "Controller", type: "string", value: ({ spec }) => spec.controller ?? "" },
    { name: "Parameters", type: "string", value: ({ spec }) => parametersOf(spec.parameters) },
    age,
  ],
  validate: classIssues,
  *validateUpdate({ spec: { controller = "" } }, old) {
    if (controller !== (old.spec.controller ?? "")) yield invalid("spec.controller", controller, IMMUTABLE);
  },
});

const DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class";
const LONGEST_CONTROLLER_BYTES = 250;

function classIssues({ spec: { controller = "", parameters } }: IngressClass): readonly Issue[] {
  const issues: Issues = [];
  if (byteLength(controller) > LONGEST_CONTROLLER_BYTES) {
    issues.push(tooLong("spec.controller", LONGEST_CONTROLLER_BYTES));
  }
  checkDomainPath(controller, "spec.controller", issues);
  if (parameters !== undefined) checkParameters(parameters, "spec.parameters", issues);
  return issues;
}

function checkParameters(parameters: IngressClassParametersReference, at: string, issues: Issues): void {
  const { apiGroup, kind, name: object, scope, namespace } = parameters;
  if (apiGroup !== undefined) checkFormat(apiGroup, `${at}.apiGroup`, dnsSubdomain, issues);
  checkRequiredFormat(kind, `${at}.kind`, pathSegment, issues);
  checkRequiredFormat(object, `${at}.name`, pathSegment, issues);
  if (!checkOneOf(scope, `${at}.scope`, ["Cluster", "Namespace"], issues)) return;
  const detail = `\`parameters.scope\` is set to '${scope}'`;
  if (scope === "Cluster") {
    if (namespace !== undefined) issues.push(forbidden(`${at}.namespace`, detail));
  } else if (namespace === undefined) issues.push(required(`${at}.namespace`, detail));
  else checkFormat(namespace, `${at}.namespace`, dnsLabel, issues);
}

function nameOf({ metadata }: IngressClass): string {
  return metadata.annotations?.[DEFAULT_ANNOTATION] === "true" ? `${metadata.name} (default)` : metadata.name;
}

function parametersOf(parameters: IngressClassParametersReference | undefined): string {
  if (parameters === undefined) return "<none>";
  const { apiGroup, kind, name: object } = parameters;
  return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${object}`;
}
