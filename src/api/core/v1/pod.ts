import type { Pod as StoredPod } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { podSpecIssues } from "./pod-spec.ts";

export type Pod = StoredPod;

export const Pod: Kind<Pod> = defineKind(facts.core.v1.Pod, {
  desired: (pod) => pod.spec,
  answersDeleted: true,
  fields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "status.phase": ({ status }) => status.phase ?? "",
  },
  gracePeriod: graceOf,
  *validate({ spec }) {
    yield* podSpecIssues(spec, "spec");
  },
  prepareForCreate(pod) {
    pod["status"] = { phase: "Pending" };
  },
});

/** A pod that never got a node, or that has ended, goes at once; the others wait for their kubelet. */
function graceOf({ spec, status }: Pod, requested: number | undefined): { seconds: number } | undefined {
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 30;
  if ((spec.nodeName ?? "") === "" || status.phase === "Succeeded" || status.phase === "Failed") return { seconds: 0 };
  return { seconds };
}
