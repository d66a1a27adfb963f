import { createMachine, type Machine } from "../machine.ts";
import { runOrThrow } from "../../src/host/node/packages/run.ts";
import { createShell, type Shell } from "../shell.ts";

/** A machine beside the nodes of another one, on their link, that belongs to no cluster. */
export interface FabricClient extends AsyncDisposable {
  /** The words that, put before a command, run it there. */
  readonly enter: readonly string[];
  readonly shell: Shell;
  /** The hardware address behind an address of the link, as this machine has learnt it. */
  hardwareOf(address: string): Promise<string | undefined>;
}

/** @param host whose nodes they are @param addresses with their lengths */
export async function connectToFabric(host: Machine, ...addresses: readonly string[]): Promise<FabricClient> {
  const machine = await createMachine();
  const { name } = machine;
  const inside = (...words: string[]) => runOrThrow(["ip", "-n", name, ...words]);
  await inside("link", "add", "fabric", "type", "veth", "peer", "name", name, "netns", host.name);
  await runOrThrow(["ip", "-n", host.name, "link", "set", name, "master", "wherryfabric", "up"]);
  for (const address of addresses)
    await inside("address", "add", address, "dev", "fabric", ...(address.includes(":") ? ["nodad"] : []));
  await inside("link", "set", "fabric", "up");
  return {
    enter: machine.enter,
    shell: createShell("/tmp", { NO_PROXY: "*", no_proxy: "*" }, machine.enter),
    async hardwareOf(other) {
      return /\blladdr (\S+)/.exec(await inside("neighbour", "show", other, "dev", "fabric"))?.[1];
    },
    [Symbol.asyncDispose]: () => machine.remove(),
  };
}
