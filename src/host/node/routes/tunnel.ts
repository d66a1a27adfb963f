import { dirname, join } from "node:path";
import { TUNNEL_DEVICE, type Tunnel } from "../../../network/plan.ts";
import { runTool, ToolError } from "../nftables/nft.ts";

/** The port that the Internet's registry gives to VXLAN, and a network number that others seldom have. */
const PORT = 4789;
const NETWORK_ID = 119;

/**
 * Makes the VXLAN device, and of its neighbours and its table of hardware addresses what they should be.
 * @returns whether the device is a new one: routes by an older one went with that
 */
export async function ensureTunnel(ip: readonly string[], tunnel: Tunnel, signal: AbortSignal): Promise<boolean> {
  const { device, local, uplink, mtu, address, hardware } = tunnel;
  const made = await makerOf(ip, signal);
  const maker = `${local} ${uplink} ${hardware}`;
  if (made !== undefined && made !== maker) await removeTunnel(ip, signal);
  if (made !== maker) {
    const kind = ["type", "vxlan", "id", String(NETWORK_ID), "dstport", String(PORT), "local", local, "dev", uplink];
    try {
      await runTool([...ip, "link", "add", device, "address", hardware, ...kind, "nolearning"], { signal });
    } catch (error) {
      throw new Error(noVxlan(error), { cause: error });
    }
    // Linux takes no alias where a device is made.
    await runTool([...ip, "link", "set", device, "alias", maker], { signal });
  }
  const lines = [`address replace ${address}/32 dev ${device}`, `link set ${device} mtu ${mtu} up`];
  await runTool([...ip, "-batch", "-"], { signal, input: `${lines.join("\n")}\n` });
  await ensurePeers(ip, tunnel, signal);
  return made !== maker;
}

const PROBE = "wherry.probe";

/** Why this machine's kernel makes no tunnels; undefined where it does. Leaves nothing behind. */
export async function tunnelProblem(ip: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    await runTool([...ip, "link", "add", PROBE, "type", "vxlan", "id", String(NETWORK_ID - 1), "dstport", "0"], {
      signal,
    });
  } catch (error) {
    if (error instanceof ToolError) return noVxlan(error);
    throw error;
  }
  await runTool([...ip, "link", "delete", PROBE], { signal });
  return undefined;
}

function noVxlan(error: unknown): string {
  return `this machine's kernel makes no VXLAN device: load its module vxlan, or put the nodes on one link (--network routes). ${said(error)}`;
}

/** That there is none is no error. */
export async function removeTunnel(ip: readonly string[], signal: AbortSignal): Promise<void> {
  if ((await makerOf(ip, signal)) !== undefined) await runTool([...ip, "link", "delete", TUNNEL_DEVICE], { signal });
}

/** From what the device was made; undefined where there is none. */
async function makerOf(ip: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    const text = await runTool([...ip, "-json", "link", "show", "dev", TUNNEL_DEVICE], { signal });
    return (JSON.parse(text) as readonly { readonly ifalias?: string }[])[0]?.ifalias ?? "";
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

async function ensurePeers(ip: readonly string[], { device, peers }: Tunnel, signal: AbortSignal): Promise<void> {
  const bridge = [...ip.slice(0, -1), join(dirname(ip.at(-1)!), "bridge")];
  const neighbours = await listed<{ readonly dst: string; readonly lladdr?: string }>(
    [...ip, "-json", "neighbour", "show", "dev", device],
    signal,
  );
  const entries = await listed<{ readonly mac: string; readonly dst?: string }>(
    [...bridge, "-json", "fdb", "show", "dev", device],
    signal,
  );
  const addresses = new Map(
    peers.flatMap((peer) => peer.addresses.map((address) => [address, peer.hardware] as const)),
  );
  const ends = new Map(peers.map((peer) => [peer.hardware, peer.node]));
  await batch(ip, signal, [
    ...neighbours
      .filter(({ dst }) => !addresses.has(dst) && !dst.startsWith("fe80:"))
      .map(({ dst }) => `neighbour delete ${dst} dev ${device}`),
    ...addresses
      .entries()
      .filter(([address, hardware]) => !neighbours.some(({ dst, lladdr }) => dst === address && lladdr === hardware))
      .map(([address, hardware]) => `neighbour replace ${address} lladdr ${hardware} dev ${device} nud permanent`),
  ]);
  await batch(bridge, signal, [
    ...entries
      .filter(({ mac, dst }) => dst !== undefined && ends.get(mac) !== dst)
      .map(({ mac, dst }) => `fdb delete ${mac} dev ${device} dst ${dst}`),
    ...peers
      .filter(({ hardware, node }) => !entries.some(({ mac, dst }) => mac === hardware && dst === node))
      .map(({ hardware, node }) => `fdb replace ${hardware} dev ${device} dst ${node} self permanent`),
  ]);
}

async function listed<T>(command: readonly string[], signal: AbortSignal): Promise<readonly T[]> {
  const text = await runTool(command, { signal });
  return text.trim() === "" ? [] : (JSON.parse(text) as readonly T[]);
}

async function batch(program: readonly string[], signal: AbortSignal, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await runTool([...program, "-batch", "-"], { signal, input: `${lines.join("\n")}\n` });
}

function said(error: unknown): string {
  return error instanceof ToolError ? `(${error.stderr.trim()})` : "";
}
