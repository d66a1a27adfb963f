import { existsSync, readdirSync, rmSync } from "node:fs";
import { parseIpRanges } from "../base/ip-range.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { cleanUpNode } from "../host/node/containerd/cleanup.ts";
import { createClock } from "../host/node/clock.ts";
import { removeLocalAddress } from "../host/node/dns/address.ts";
import { networkOwner, releaseNetwork } from "../host/node/machine/network-claim.ts";
import { removeServices } from "../host/node/nftables/removal.ts";
import { removeFabric } from "../host/node/compartments/fabric.ts";
import { findHostParts, type HostParts } from "../host/node/packages/find.ts";
import { removeNetwork } from "../host/node/routes/engine.ts";
import { bridgeOf } from "./bridge.ts";
import { type NodeSettings, readNodeSettings } from "./node-settings.ts";
import { endFurtherNodes } from "./nodes/after-life.ts";
import { readFabricNetwork, readNode } from "./nodes/record.ts";
import { placesOf } from "./places.ts";
import { readRunning } from "./running.ts";

const LOOK_EVERY_MS = 50;

/** Ends what runs on a data directory: the processes, then all containers. Images and state stay. */
export async function down(dataDirectory: string, log: Log, signal: AbortSignal): Promise<void> {
  const record = await readRunning(dataDirectory);
  if (record !== undefined) {
    process.kill(record.up.pid, "SIGTERM");
    const clock: Clock = createClock({ holdProcess: true });
    while ((await readRunning(dataDirectory)) !== undefined) await delay(clock, LOOK_EVERY_MS, { signal });
  }
  await cleanUp(dataDirectory, false, log, signal);
}

/** Removes a cluster altogether: `down`, and then every file. */
export async function reset(dataDirectory: string, log: Log, signal: AbortSignal): Promise<void> {
  await down(dataDirectory, log, signal);
  await cleanUp(dataDirectory, true, log, signal);
  rmSync(dataDirectory, { recursive: true, force: true });
}

async function cleanUp(dataDirectory: string, removeFiles: boolean, log: Log, signal: AbortSignal): Promise<void> {
  const { parts } = await findHostParts();
  const { nodes } = placesOf(dataDirectory);
  if (parts === undefined || !existsSync(nodes)) return;
  // Another cluster may have made this machine its node since: its network is not ours to remove.
  const owner = await networkOwner();
  const isOurs = owner === undefined || owner.dataDirectory === dataDirectory;
  await endFurtherNodes(dataDirectory);
  for (const name of readdirSync(nodes)) {
    if (readNode(dataDirectory, name) !== undefined) continue;
    const directory = placesOf(dataDirectory).node(name).containerd;
    await cleanUpNode({
      directory,
      parts,
      bridge: isOurs ? bridgeOf(name) : undefined,
      cgroupParent: `/wherry-${name}`,
      removeFiles,
      log,
      signal,
    });
    const settings = readNodeSettings(dataDirectory, name);
    if (settings !== undefined && isOurs) await removeOwnNetwork(settings, parts, signal);
  }
  if (isOurs && readFabricNetwork(dataDirectory) !== undefined) await removeFabric(parts);
  if (isOurs) await releaseNetwork();
}

/** What an agent made of the machine's network, besides its pods' part. */
async function removeOwnNetwork(settings: NodeSettings, parts: HostParts, signal: AbortSignal): Promise<void> {
  await removeServices(parts, signal);
  await removeLocalAddress(parts.ip, settings.dnsAddress);
  await removeNetwork([parts.ip], parseIpRanges(settings.loadBalancerRange ?? "") ?? [], signal);
}
