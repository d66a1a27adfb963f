import { networkContains, parseIp, parseNetwork } from "../../../base/ip.ts";
import type { HostParts } from "../packages/find.ts";
import { run, runOrThrow } from "../packages/run.ts";
import { FABRIC_BRIDGE, firstAddress, hardwareAddress, hardwareDigits } from "./fabric.ts";

/** What connects a compartment to the machine's fabric. */
export interface Cable {
  /** The compartment's own address, one of the fabric's network. */
  readonly address: string;
  /** The fabric's network, such as `10.89.0.0/24`; its first address is the machine's. */
  readonly network: string;
  /** The same of IPv6, where there is that. */
  readonly six?: { readonly address: string; readonly network: string };
  /** Further addresses of the machine, which are reached by the cable without a gateway between. */
  readonly machineAddresses: readonly string[];
  readonly mtu: number;
}

/** Its name in every compartment. */
const INSIDE = "eth0";

/** Puts a cable between the fabric and the network namespace of a process. It goes when the namespace does. */
export async function connectCable(cable: Cable, pid: number, { ip, nsenter }: HostParts): Promise<void> {
  const { address, mtu, machineAddresses, six } = cable;
  const own = parseIp(address)!;
  const network = parseNetwork(cable.network)!;
  const outside = `wherry-${hardwareDigits(own)}`;
  // That of an earlier life of the compartment may be on its way out.
  await run([ip, "link", "delete", outside]);
  // The same address has the same hardware address in every life: nobody has to learn it anew.
  const peer = ["peer", "name", INSIDE, "address", hardwareAddress(own), "mtu", String(mtu), "netns", String(pid)];
  await runOrThrow([ip, "link", "add", outside, "mtu", String(mtu), "type", "veth", ...peer]);
  await runOrThrow([ip, "link", "set", outside, "master", FABRIC_BRIDGE, "up"]);
  const inside = (...words: string[]) => runOrThrow([nsenter, `--net=/proc/${pid}/ns/net`, "--", ip, ...words]);
  const ends = [{ address, network }, ...(six === undefined ? [] : [{ ...six, network: parseNetwork(six.network)! }])];
  for (const end of ends) {
    const alone = end.network.family === "IPv6" ? ["nodad"] : [];
    await inside("address", "add", `${end.address}/${end.network.prefixLength}`, "dev", INSIDE, ...alone);
  }
  await inside("link", "set", INSIDE, "up");
  for (const end of ends) {
    await inside("route", "add", "default", "via", firstAddress(end.network));
    for (const other of machineAddresses) {
      const found = parseIp(other);
      if (found?.family !== end.network.family || networkContains(end.network, found)) continue;
      await inside("route", "replace", other, "dev", INSIDE, "scope", "link", "src", end.address);
    }
  }
}
