import type { Container, ObjectFieldSelector, Pod, ResourceFieldSelector } from "../../api/generated/core-v1.ts";
import { parseQuantity, quantityMilliValue, quantityValue } from "../../machinery/quantity.ts";
import { quoted } from "../../machinery/issue.ts";
import { namespaceOf } from "./names.ts";

/** What a container may learn of itself beyond its object. */
export interface DownwardFacts {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  /** The node's, as limits of those that have none. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The value of a `fieldRef`. @throws Error for a field that is not offered. */
export function fieldValue(pod: Pod, selector: ObjectFieldSelector, facts: DownwardFacts): string {
  const path = selector.fieldPath;
  const subscripted = /^(metadata\.annotations|metadata\.labels)\['(.*)'\]$/.exec(path);
  if (subscripted !== null) {
    const map = subscripted[1] === "metadata.labels" ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[subscripted[2]!] ?? "";
  }
  switch (path) {
    case "metadata.name":
      return pod.metadata.name;
    case "metadata.namespace":
      return namespaceOf(pod);
    case "metadata.uid":
      return pod.metadata.uid;
    case "metadata.labels":
      return lines(pod.metadata.labels);
    case "metadata.annotations":
      return lines(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec.serviceAccountName ?? "";
    case "status.hostIP":
      return facts.hostIPs[0] ?? "";
    case "status.hostIPs":
      return facts.hostIPs.join(",");
    case "status.podIP":
      return facts.podIPs[0] ?? "";
    case "status.podIPs":
      return facts.podIPs.join(",");
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

/** The value of a `resourceFieldRef`, in units of its divisor and rounded up. @throws Error */
export function resourceValue(
  selector: ResourceFieldSelector,
  container: Container,
  allocatable: Readonly<Record<string, string>>,
): string {
  const found = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(selector.resource);
  if (found === null) throw new Error(`unsupported container resource : ${selector.resource}`);
  const [, list, name] = found as unknown as [string, "limits" | "requests", string];
  const given = container.resources?.[list]?.[name];
  const usesNode = list === "limits" && !name.startsWith("hugepages-");
  const text = given ?? (usesNode ? allocatable[name] : undefined) ?? "0";
  const divisorText = selector.divisor ?? "";
  const divisor = divisorText === "" || divisorText === "0" ? "1" : divisorText;
  const read = name === "cpu" ? quantityMilliValue : quantityValue;
  return String(Math.ceil(read(parseQuantity(text)) / read(parseQuantity(divisor))));
}

/** A map as Kubernetes writes it to a file: sorted, one `key="value"` a line. */
function lines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join("\n");
}
