import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { AgentRequest, RunningAgent, UpProgress } from "../cli/context.ts";
import { authorityHash } from "../cluster/join/discover.ts";
import { runJoinedNode } from "../cluster/joined-node.ts";
import { placesOf } from "../cluster/places.ts";
import { upDefaults } from "../cluster/up.ts";
import { createStreamLog } from "../host/node/log.ts";
import { ensureHostParts } from "../host/node/packages/install.ts";
import { openPki } from "../host/node/pki/directory.ts";
import { runningOn } from "./api-access.ts";

/** Runs this machine as a node of a cluster elsewhere. @param self the command that runs this program */
export async function joinOn(
  request: AgentRequest,
  self: readonly string[],
  progress: UpProgress,
  signal: AbortSignal,
): Promise<RunningAgent> {
  if (process.platform !== "linux") throw new Error(`a node needs Linux: this is ${process.platform}`);
  if (process.getuid?.() !== 0) throw new Error("a node runs containers, which needs root: use sudo");
  const { logs } = placesOf(request.dataDirectory);
  const parts = await ensureHostParts({ signal, progress: progress.note });
  const openLog = () => {
    const logFile = createWriteStream(join(logs, "up.log"), { flags: "a", mode: 0o600 });
    return createStreamLog(logFile, { format: "logfmt", level: "info", now: Date.now });
  };
  const options = { ...request, nodeName: request.nodeName ?? upDefaults.nodeName, parts, self, openLog, signal };
  return await runJoinedNode(options, (step, tookMs) => progress.step(step, tookMs));
}

/** What a machine has to be told to join the cluster that runs on a data directory. */
export async function howToJoin(dataDirectory: string): Promise<{ readonly server: string; readonly caHash: string }> {
  const { url, address } = await runningOn(dataDirectory);
  const { authority } = openPki(placesOf(dataDirectory).pki, Date.now);
  return { server: `https://${address}:${new URL(url).port}`, caHash: authorityHash(authority.certificate) };
}
