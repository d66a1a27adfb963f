import { dnsLabel1035, dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid, notSupported, required } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { formatTime } from "../../../machinery/time.ts";
import { checkFormat, checkPortNumber, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type {
  APIService as StoredAPIService,
  APIServiceCondition,
  APIServiceSpec,
} from "../../generated/apiregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type APIService = StoredAPIService;

/** Who answers for a version of a group: a Service of the cluster, or the API server itself. */
export const APIService: Kind<APIService> = defineKind(facts.apiregistration.v1.APIService, {
  anyFinalizer: true,
  nameRule: "path-segment",
  allowsUnconditionalUpdate: false,
  resets: { status: ["spec", "metadata"] },
  columns: [
    {
      name: "Service",
      type: "string",
      description: "The reference to the service that hosts this API endpoint.",
      value: ({ spec: { service } }) => (service === undefined ? "Local" : `${service.namespace}/${service.name}`),
    },
    {
      name: "Available",
      type: "string",
      description: "Whether this service is available.",
      value: ({ status }) => shownAvailability(availabilityOf(status)),
    },
    age,
  ],
  prepareForCreate(object, { nowMs }) {
    const { spec, status } = object as unknown as Mutable<APIService>;
    if (spec.service !== undefined) return;
    const lastTransitionTime = formatTime(nowMs);
    (status as Mutable<APIService["status"]>).conditions = [{ ...LOCAL, lastTransitionTime }];
  },
  validate({ metadata, spec }) {
    const issues: Issues = [];
    const name = `${spec.version ?? ""}.${spec.group ?? ""}`;
    if (metadata.name !== name) {
      const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`;
      issues.push(invalid("metadata.name", metadata.name, detail));
    }
    checkSpec(spec, issues);
    return issues;
  },
  validateStatusUpdate({ status }) {
    const issues: Issues = [];
    for (const [index, condition] of (status.conditions ?? []).entries()) {
      if (STATUSES.includes(condition.status)) continue;
      issues.push(notSupported(`status.conditions[${index}].status`, condition.status, STATUSES));
    }
    return issues;
  },
});

/** What the API server serves itself. */
const LOCAL = {
  type: "Available",
  status: "True",
  reason: "Local",
  message: "Local APIServices are always available",
} as const;

const STATUSES = ["True", "False", "Unknown"];

/** Whether its server answers, as far as that is known. */
export function availabilityOf(status: APIService["status"] | undefined): APIServiceCondition | undefined {
  return status?.conditions?.find(({ type }) => type === "Available");
}

function shownAvailability(condition: APIServiceCondition | undefined): string {
  if (condition === undefined) return "Unknown";
  const { status, reason = "" } = condition;
  return status === "True" || reason === "" ? status : `${status} (${reason})`;
}

function checkSpec(spec: APIServiceSpec, issues: Issues): void {
  const { group = "", version = "", groupPriorityMinimum, versionPriority } = spec;
  if (group === "" && version !== "v1") {
    issues.push(required("spec.group", "only v1 may have an empty group and it better be legacy kube"));
  }
  if (group !== "") checkFormat(group, "spec.group", dnsSubdomain, issues);
  checkFormat(version, "spec.version", dnsLabel1035, issues);
  checkPriority(groupPriorityMinimum, "spec.groupPriorityMinimum", 20_000, issues);
  checkPriority(versionPriority, "spec.versionPriority", 1000, issues);
  checkService(spec, issues);
}

function checkPriority(value: number, at: string, most: number, issues: Issues): void {
  if (value <= 0 || value > most) issues.push(invalid(at, value, `must be positive and less than ${most}`));
}

function checkService(spec: APIServiceSpec, issues: Issues): void {
  const { service, caBundle = "", insecureSkipTLSVerify = false } = spec;
  if (service === undefined) {
    if (caBundle !== "") {
      const shown = `${atob(caBundle).length} bytes`;
      issues.push(invalid("spec.caBundle", shown, "local APIServices may not have a caBundle"));
    }
    if (insecureSkipTLSVerify) {
      const detail = "local APIServices may not have insecureSkipTLSVerify";
      issues.push(invalid("spec.insecureSkipTLSVerify", true, detail));
    }
    return;
  }
  if ((service.namespace ?? "") === "") issues.push(required("spec.service.namespace"));
  if ((service.name ?? "") === "") issues.push(required("spec.service.name"));
  const port: Issues = [];
  checkPortNumber(service.port, "spec.service.port", port);
  if (port.length > 0) {
    const detail = "port is not valid: must be between 1 and 65535, inclusive";
    issues.push(invalid("spec.service.port", service.port, detail));
  }
  if (insecureSkipTLSVerify && caBundle !== "") {
    issues.push(invalid("spec.insecureSkipTLSVerify", true, "may not be true if caBundle is present"));
  }
}
