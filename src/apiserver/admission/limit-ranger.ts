import type { Container, LimitRange, PersistentVolumeClaim, Pod } from "../../api/generated/core-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import type { KubeObject, Mutable } from "../../machinery/object.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import { claimViolations, podViolations } from "./limit-constraints.ts";
import type { Lookup } from "./lookup.ts";
import { refusal } from "./refusal.ts";

const RANGES = "core/limitranges";
const ANNOTATION = "kubernetes.io/limit-ranger";

/** The ranges of a namespace: containers get the defaults, and what does not keep to them is refused. */
export function limitRanger(lookup: Lookup): AdmissionPlugin {
  return {
    name: "LimitRanger",
    admit(request) {
      const subject = subjectOf(request);
      if (subject?.kind !== "Pod") return;
      for (const range of rangesOf(request, lookup)) fillIn(range, request.object as unknown as DraftPod);
    },
    validate(request) {
      const subject = subjectOf(request);
      if (subject === undefined) return;
      for (const range of rangesOf(request, lookup)) {
        const violations = new Set(
          subject.kind === "Pod" ? podViolations(range, subject as Pod) : claimViolations(range, subject as Claim),
        );
        if (violations.size > 0) throw refusal(request, aggregated([...violations]));
      }
    },
  };
}

type Claim = PersistentVolumeClaim;
/** Nobody has checked it yet: it may come without containers. */
type DraftPod = Mutable<Omit<Pod, "spec"> & { readonly spec: Partial<Pod["spec"]> }>;

/** What the ranges are for: new pods, pods that are resized, claims. Not what is being deleted. */
function subjectOf({ kind, operation, subresource, object, old }: AdmissionRequest): KubeObject | undefined {
  if (kind.group !== "" || object === undefined || old?.metadata.deletionTimestamp !== undefined) return undefined;
  const counts =
    kind.kind === "Pod"
      ? operation === (subresource === "resize" ? "UPDATE" : "CREATE") &&
        (subresource === "" || subresource === "resize")
      : kind.kind === "PersistentVolumeClaim" && subresource === "";
  return counts ? (object as unknown as KubeObject) : undefined;
}

function rangesOf({ namespace }: AdmissionRequest, lookup: Lookup): readonly LimitRange[] {
  return lookup.list<LimitRange>(RANGES, namespace);
}

function aggregated(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}

/** Gives containers what they do not say themselves, and notes so in an annotation. */
function fillIn(range: LimitRange, pod: DraftPod): void {
  const items = range.spec.limits.filter(({ type }) => type === "Container");
  const requests = Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest)) as Amounts;
  const limits = Object.assign({}, ...items.map((item) => item.default)) as Amounts;
  const notes: string[] = [];
  const fillAll = (containers: readonly Mutable<Container>[] | undefined, called: string) => {
    for (const container of containers ?? []) {
      const note = (added: readonly string[], what: string) => {
        if (added.length > 0) notes.push(`${added.join(", ")} ${what} for ${called} ${container.name}`);
      };
      const resources = (container.resources ??= {}) as Mutable<Container["resources"]>;
      note(fillPart(resources, "requests", requests), "request");
      note(fillPart(resources, "limits", limits), "limit");
    }
  };
  fillAll(pod.spec.containers as Mutable<Container>[] | undefined, "container");
  fillAll(pod.spec.initContainers as Mutable<Container>[] | undefined, "init container");
  if (notes.length === 0) return;
  const note = `LimitRanger plugin set: ${notes.join("; ")}`;
  pod.metadata.annotations = inOrder({ ...pod.metadata.annotations, [ANNOTATION]: note });
}

type Amounts = Readonly<Record<string, string>>;

/** @returns the names that were missing, in order. */
function fillPart(
  resources: Mutable<Container["resources"]>,
  part: "requests" | "limits",
  defaults: Amounts,
): readonly string[] {
  const present = resources[part] ?? {};
  const missing = Object.keys(defaults).filter((name) => present[name] === undefined);
  if (missing.length > 0) resources[part] = inOrder({ ...defaults, ...present });
  return missing.toSorted(byteOrder);
}

function inOrder(texts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(texts).toSorted(([left], [right]) => byteOrder(left, right)));
}
