import type { IpRange } from "../../../base/ip-range.ts";
import type { LinkRoute, NetworkPlan, NetworkView, PodRoute, Tunnel } from "../../../network/plan.ts";
import type { NetworkEngine } from "../../../network/ports.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { runTool } from "../nftables/nft.ts";
import { announceAddresses } from "./announce.ts";
import { ensureTunnel, removeTunnel } from "./tunnel.ts";

/** The number by which the kernel remembers who made a route: ours are known by it, also after a crash. */
const PROTOCOL = "119";

interface KernelRoute {
  readonly dst: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly protocol?: string;
  readonly type?: string;
  readonly metric?: number;
}

/** Routes and tunnels of this process's network namespace. @param ip how the program is called. @param own the node's address */
export function createNetworkEngine(ip: readonly string[], own: string): NetworkEngine {
  return {
    async look({ signal }) {
      const routes = (await Promise.all(FAMILIES.map((family) => routesOf(ip, family, [], signal)))).flat();
      return { links: routes.flatMap(linkOf), uplink: await uplinkOf(ip, own, signal) };
    },
    apply: (plan, from, { signal }) => applyPlan(ip, plan, from, signal),
    announce: (announcements, ranges, options) => announceAddresses(ip, announcements, ranges, options),
  };
}

async function applyPlan(
  ip: readonly string[],
  plan: NetworkPlan,
  from: NetworkPlan | undefined,
  signal: AbortSignal,
): Promise<void> {
  let known = from;
  if (from === undefined || !sameJson(plan.tunnel, from.tunnel)) {
    if (plan.tunnel === undefined) await removeTunnel(ip, signal);
    else if (await ensureTunnel(ip, plan.tunnel, signal)) known = undefined;
  }
  for (const family of FAMILIES) await applyRoutes(ip, family, plan, known, signal);
}

/** The networks that this machine reaches by devices of others, without the way to everywhere. */
export async function otherLinks(ip: readonly string[], signal: AbortSignal): Promise<readonly LinkRoute[]> {
  const routes = await Promise.all(FAMILIES.map((family) => routesOf(ip, family, [], signal)));
  return routes
    .flat()
    .flatMap(linkOf)
    .filter(({ network }) => !network.endsWith("/0"));
}

/** Removes all that any engine made on this machine. @param ranges of the addresses of load balancers */
export async function removeNetwork(
  ip: readonly string[],
  ranges: readonly IpRange[],
  signal: AbortSignal,
): Promise<void> {
  await announceAddresses(ip, [], ranges, { signal, anew: false });
  await applyPlan(ip, { routes: [], tunnel: undefined, isBehindTunnel: false, problems: [] }, undefined, signal);
}

const FAMILIES = ["-4", "-6"] as const;
const DEFAULT_MTU = 1500;

async function applyRoutes(
  ip: readonly string[],
  family: "-4" | "-6",
  plan: NetworkPlan,
  from: NetworkPlan | undefined,
  signal: AbortSignal,
): Promise<void> {
  const ofFamily = ({ routes }: NetworkPlan) =>
    routes.filter(({ network }) => (family === "-6") === network.includes(":"));
  const wanted = ofFamily(plan);
  const present =
    from === undefined
      ? await routesOf(ip, family, ["proto", PROTOCOL], signal)
      : ofFamily(from).map(({ network, via, device }) => ({ dst: network, gateway: via, dev: device }));
  const key = (network: string, via: string | undefined, device: string | undefined) => `${network} ${via} ${device}`;
  const there = new Set(present.map(({ dst, gateway, dev }) => key(dst, gateway, dev)));
  const kept = new Set(wanted.map(({ network }) => network));
  const lines = [
    ...present.filter(({ dst }) => !kept.has(dst)).map(({ dst }) => `route delete ${dst} proto ${PROTOCOL}`),
    ...wanted
      .filter(({ network, via, device }) => !there.has(key(network, via, device)))
      .map((route) => lineOf(route, plan.tunnel)),
  ];
  if (lines.length > 0) await runTool([...ip, family, "-batch", "-"], { signal, input: `${lines.join("\n")}\n` });
}

function lineOf({ network, via, device }: PodRoute, tunnel: Tunnel | undefined): string {
  // The other end of the tunnel is in no network that the kernel could know.
  const onlink = device === tunnel?.device ? " onlink" : "";
  return `route replace ${network} via ${via} dev ${device}${onlink} proto ${PROTOCOL}`;
}

async function routesOf(
  ip: readonly string[],
  family: string,
  selection: readonly string[],
  signal: AbortSignal,
): Promise<readonly KernelRoute[]> {
  const text = await runTool([...ip, family, "-json", "-N", "route", "show", "table", "main", ...selection], {
    signal,
  });
  const routes = text.trim() === "" ? [] : (JSON.parse(text) as readonly KernelRoute[]);
  return selection.length > 0 ? routes : routes.filter(({ protocol }) => protocol !== PROTOCOL);
}

/** A kernel route as one by which nodes may be reached. */
function linkOf({ dst, dev, gateway, type }: KernelRoute): readonly LinkRoute[] {
  if (dev === undefined || dev === "lo" || (type !== undefined && type !== "unicast" && type !== "1")) return [];
  const network = networkOf(dst, gateway);
  return [{ network, device: dev, ...(gateway === undefined ? {} : { gateway }) }];
}

function networkOf(dst: string, gateway: string | undefined): string {
  const six = dst.includes(":") || gateway?.includes(":") === true;
  if (dst === "default") return six ? "::/0" : "0.0.0.0/0";
  return dst.includes("/") ? dst : `${dst}/${six ? 128 : 32}`;
}

/** The device that has the node's address. */
async function uplinkOf(ip: readonly string[], own: string, signal: AbortSignal): Promise<NetworkView["uplink"]> {
  const text = await runTool([...ip, "-json", "address", "show", "to", own], { signal });
  const found = (JSON.parse(text) as readonly Partial<{ readonly ifname: string; readonly mtu: number }>[]).find(
    ({ ifname }) => ifname !== undefined,
  );
  if (found === undefined) throw new Error(`no device of this machine has the node's address ${own}`);
  return { device: found.ifname!, mtu: found.mtu ?? DEFAULT_MTU };
}
