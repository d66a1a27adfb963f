import type { NodeInfo } from "../node-info.ts";
import { type Plugin, refuse } from "../plugin.ts";
import type { HostPort } from "../pod-info.ts";

const ANY = "0.0.0.0";

/** A port of a node serves one pod. */
export const nodePorts: Plugin = {
  name: "NodePorts",
  wakesOn: ["node-added", "pod-removed"],
  forPod({ hostPorts }) {
    if (hostPorts.length === 0) return undefined;
    const refusal = refuse(true, "node(s) didn't have free ports for the requested pod ports");
    return {
      sort: JSON.stringify(hostPorts),
      filter: (info) => (hostPorts.some((port) => isTaken(info, port)) ? refusal : undefined),
    };
  },
};

/** A port on all addresses conflicts with the same port on any. */
function isTaken({ hostPorts }: NodeInfo, { ip, protocol, port }: HostPort): boolean {
  if (hostPorts.size === 0) return false;
  if (ip !== ANY) return hostPorts.has(`${protocol}/${ANY}/${port}`) || hostPorts.has(`${protocol}/${ip}/${port}`);
  for (const name of hostPorts.keys()) {
    if (name.startsWith(`${protocol}/`) && name.endsWith(`/${port}`)) return true;
  }
  return false;
}
