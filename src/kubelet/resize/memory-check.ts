import type { ContainerStats } from "../ports/runtime.ts";
import type { ShrinkingMemory } from "./steps.ts";

/** Why memory limits cannot become that small: more is used already. Undefined if they can. */
export function memoryComplaint(
  shrinking: ShrinkingMemory,
  stats: readonly ContainerStats[],
  containers: readonly { readonly id: string; readonly name: string }[],
): string | undefined {
  const complaints: string[] = [];
  const used = (id: string) => stats.find((one) => one.id === id)?.memoryUsageBytes;
  if (shrinking.pod > 0) {
    const usages = containers.map(({ id }) => used(id)).filter((bytes) => bytes !== undefined);
    const total = usages.reduce((sum, bytes) => sum + bytes, 0);
    if (usages.length === 0) complaints.push("missing pod memory usage");
    else if (total >= shrinking.pod) {
      complaints.push(`attempting to set pod memory limit (${shrinking.pod}) below current usage (${total})`);
    }
  }
  for (const { id, name, limit } of shrinking.containers) {
    const bytes = used(id);
    if (bytes === undefined) complaints.push(`missing container "${name}" memory usage`);
    else if (bytes >= limit) {
      complaints.push(`attempting to set container "${name}" memory limit (${limit}) below current usage (${bytes})`);
    }
  }
  if (complaints.length === 0) return undefined;
  return `cannot decrease memory limits: ${complaints.length === 1 ? complaints[0]! : `[${complaints.join(", ")}]`}`;
}
