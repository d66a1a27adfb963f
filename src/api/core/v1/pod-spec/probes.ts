import { httpHeaderName } from "../../../../machinery/formats.ts";
import { forbidden, invalid, required } from "../../../../machinery/issue.ts";
import { checkFormat, checkNonnegative, checkOneOf, checkPort, checkPortNumber, type Issues } from "../../../checks.ts";
import type { GRPCAction, HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from "../../../generated/core-v1.ts";

type ProbeKind = "livenessProbe" | "readinessProbe" | "startupProbe";

/** @param graceSeconds the pod's, which limits how long a hook may sleep; undefined where it is bad itself. */
export function checkProbe(
  probe: Probe,
  kind: ProbeKind,
  graceSeconds: number | undefined,
  at: string,
  issues: Issues,
): void {
  checkHandler(probe, graceSeconds, at, issues);
  checkNonnegative(probe.initialDelaySeconds, `${at}.initialDelaySeconds`, issues);
  checkNonnegative(probe.timeoutSeconds, `${at}.timeoutSeconds`, issues);
  checkNonnegative(probe.periodSeconds, `${at}.periodSeconds`, issues);
  checkNonnegative(probe.successThreshold, `${at}.successThreshold`, issues);
  checkNonnegative(probe.failureThreshold, `${at}.failureThreshold`, issues);
  const grace = probe.terminationGracePeriodSeconds;
  const graceAt = `${at}.terminationGracePeriodSeconds`;
  if (grace !== undefined && grace <= 0) issues.push(invalid(graceAt, grace, "must be greater than 0"));
  if (kind === "readinessProbe") {
    if (grace !== undefined) issues.push(invalid(graceAt, grace, "must not be set for readinessProbes"));
  } else if (probe.successThreshold !== 1) {
    issues.push(invalid(`${at}.successThreshold`, probe.successThreshold, "must be 1"));
  }
}

export function checkLifecycle(
  { postStart, preStop }: Lifecycle,
  graceSeconds: number | undefined,
  at: string,
  issues: Issues,
): void {
  if (postStart !== undefined) checkHandler(postStart, graceSeconds, `${at}.postStart`, issues);
  if (preStop !== undefined) checkHandler(preStop, graceSeconds, `${at}.preStop`, issues);
}

type Handler = LifecycleHandler & { readonly grpc?: GRPCAction };

/** Exactly one way to act, and that one well described. */
function checkHandler(handler: Handler, graceSeconds: number | undefined, at: string, issues: Issues): void {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  let found = false;
  const first = (name: string) => {
    if (found) issues.push(forbidden(`${at}.${name}`, "may not specify more than 1 handler type"));
    const isFirst = !found;
    found = true;
    return isFirst;
  };
  if (exec !== undefined && first("exec") && (exec.command?.length ?? 0) === 0) {
    issues.push(required(`${at}.exec.command`));
  }
  if (httpGet !== undefined && first("httpGet")) checkHttpGet(httpGet, `${at}.httpGet`, issues);
  if (tcpSocket !== undefined && first("tcpSocket")) checkPort(tcpSocket.port, `${at}.tcpSocket.port`, issues);
  if (grpc !== undefined && first("grpc")) checkPortNumber(grpc.port, `${at}.grpc.port`, issues);
  if (sleep !== undefined && first("sleep") && graceSeconds !== undefined) {
    if (sleep.seconds < 0 || sleep.seconds > graceSeconds) {
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
      issues.push(invalid(`${at}.sleep`, sleep.seconds, detail));
    }
  }
  if (!found) issues.push(required(at, "must specify a handler type"));
}

const SCHEMES = ["HTTP", "HTTPS"];

function checkHttpGet({ path, port, scheme, httpHeaders = [] }: HTTPGetAction, at: string, issues: Issues): void {
  if (!path) issues.push(required(`${at}.path`));
  checkPort(port, `${at}.port`, issues);
  checkOneOf(scheme, `${at}.scheme`, SCHEMES, issues);
  for (const { name } of httpHeaders) checkFormat(name, `${at}.httpHeaders`, httpHeaderName, issues);
}
