import type { ResourceQuota } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import { isStatus } from "../../machinery/status.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { charged, isCharged } from "./quota-charge.ts";

const QUOTAS = "core/resourcequotas";

/** How often a charge is tried again over what others charged meanwhile. */
const ATTEMPTS = 4;

/** Writes what of a quota is used, if it is still the version that was read. @throws StatusError 409 */
export type WriteUsage = (quota: ResourceQuota, status: ResourceQuota["status"]) => Promise<unknown>;

/**
 * Charges new objects to the quotas of their namespace before they are written, and refuses what is too much. The charge
 * is in the quota's status, conditional on its version, so that several servers cannot spend the same amount twice. What
 * waits for one namespace is charged by one write.
 */
export function resourceQuota(lookup: Lookup, clock: Clock, write: WriteUsage): AdmissionPlugin {
  const quotasOf = (namespace: string) => lookup.list<ResourceQuota>(QUOTAS, namespace);
  const waiting = new Map<string, Charge[]>();

  async function chargeWaiting(namespace: string, line: Charge[]): Promise<void> {
    while (line.length > 0) await chargeAll(line.splice(0), quotasOf(namespace), ATTEMPTS);
    waiting.delete(namespace);
  }

  /** Settles all charges, each by itself. */
  async function chargeAll(charges: readonly Charge[], quotas: readonly ResourceQuota[], attempts: number) {
    let next = quotas;
    const counted: Charge[] = [];
    for (const charge of charges) {
      try {
        next = charged(next, charge.request, clock.now());
        counted.push(charge);
      } catch (error) {
        charge.reject(error);
      }
    }
    const outcomes = await Promise.allSettled(
      next.map((quota, index) => (quota === quotas[index] ? undefined : write(quotas[index]!, quota.status))),
    );
    const failed = outcomes.flatMap(({ status }, index) => (status === "rejected" ? [quotas[index]!] : []));
    if (failed.length === 0) {
      for (const { resolve } of counted) resolve();
      return;
    }
    const { reason } = outcomes.find((outcome) => outcome.status === "rejected")!;
    if (attempts === 1 || !isStatus(reason, "Conflict", "NotFound")) {
      for (const { reject } of counted) reject(reason);
      return;
    }
    const names = new Set(failed.map(({ metadata }) => metadata.name));
    const again = quotasOf(failed[0]!.metadata.namespace!).filter(({ metadata }) => names.has(metadata.name));
    await chargeAll(counted, again, attempts - 1);
  }

  return {
    name: "ResourceQuota",
    async validate(request) {
      const { namespace, dryRun } = request;
      if (namespace === "" || !isCharged(request)) return;
      const quotas = quotasOf(namespace);
      if (quotas.length === 0) return;
      if (dryRun) {
        charged(quotas, request, clock.now());
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const charge = { request, resolve, reject };
      const line = waiting.get(namespace);
      if (line !== undefined) line.push(charge);
      else {
        const first = [charge];
        waiting.set(namespace, first);
        await chargeWaiting(namespace, first);
      }
      await promise;
    },
  };
}

/** A write that waits to be charged. */
interface Charge {
  readonly request: AdmissionRequest;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}
