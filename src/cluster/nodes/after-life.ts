import { rm } from "node:fs/promises";
import { closeCompartment } from "../../host/node/compartments/compartment.ts";
import { containerdPlaces } from "../../host/node/containerd/configuration.ts";
import { removeGroup } from "../../host/node/machine/cgroups.ts";
import { placesOf } from "../places.ts";
import { readNodes } from "./record.ts";

/**
 * Removes what a node whose power went has left behind, and what a machine that starts would not find: control groups, addresses
 * of pods, containerd's passing state. Its compartment must be closed, or just opened.
 */
export async function cleanAfterLife(dataDirectory: string, name: string): Promise<void> {
  const places = containerdPlaces(placesOf(dataDirectory).node(name).containerd);
  await removeGroup(`/wherry-${name}`);
  for (const path of [places.cniState, places.state, places.processFile, places.socket]) {
    await rm(path, { recursive: true, force: true });
  }
}

/** Ends all further nodes of a cluster. Their images and settings stay. */
export async function endFurtherNodes(dataDirectory: string): Promise<void> {
  await Promise.all(
    readNodes(dataDirectory).map(async ({ name }) => {
      await closeCompartment(placesOf(dataDirectory).node(name).root);
      await cleanAfterLife(dataDirectory, name);
    }),
  );
}
