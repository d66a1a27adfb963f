import { type APIService, availabilityOf } from "../../api/apiregistration/v1/api-service.ts";
import type { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import type { Service } from "../../api/core/v1/service.ts";
import { formatTime } from "../../machinery/time.ts";

/** What can be said of a server without asking it. */
export interface Surroundings {
  readonly service: Service | undefined;
  /** Those of the service. */
  readonly slices: readonly EndpointSlice[];
}

/** Why a server is not available, or that it is. */
export interface Finding {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

export const PASSED: Finding = { status: "True", reason: "Passed", message: "all checks passed" };

/** Why nobody needs to be asked; undefined where the server itself has to answer. */
export function obstacle({ spec }: APIService, { service, slices }: Surroundings): Finding | undefined {
  const { namespace = "", name = "", port } = spec.service!;
  const missing = (reason: string, message: string): Finding => ({ status: "False", reason, message });
  const here = `service/${name} in ${JSON.stringify(namespace)}`;
  if (service === undefined) return missing("ServiceNotFound", `${here} is not present`);
  if (service.spec.type !== "ClusterIP") return undefined;
  const served = service.spec.ports?.find((each) => each.port === port);
  if (served === undefined) return missing("ServicePortError", `${here} is not listening on port ${port}`);
  if (slices.length === 0) return missing("EndpointsNotFound", `cannot find endpointslices for ${here}`);
  const portName = served.name ?? "";
  if (slices.some((slice) => isReady(slice, portName))) return undefined;
  const why = `endpointslices for ${here} have no addresses with port name ${JSON.stringify(portName)}`;
  return missing("MissingEndpoints", why);
}

function isReady({ endpoints, ports }: EndpointSlice, portName: string): boolean {
  const isReadyOne = (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false);
  return isReadyOne && (ports ?? []).some(({ name = "" }) => name === portName);
}

/** The status with what was found; the same where nothing changed. */
export function withFinding({ status }: APIService, finding: Finding, nowMs: number): APIService["status"] {
  const before = availabilityOf(status);
  const { status: is, reason, message } = finding;
  if (before?.status === is && before.reason === reason && before.message === message) return status;
  const since = before?.status === is ? before.lastTransitionTime : formatTime(nowMs);
  const condition = { type: "Available", status: is, lastTransitionTime: since, reason, message };
  const others = (status?.conditions ?? []).filter(({ type }) => type !== "Available");
  return { ...status, conditions: [condition, ...others] };
}
