import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clientCertificate } from "../../src/cluster/client-certificate.ts";
import { placesOf } from "../../src/cluster/places.ts";
import { buildKubeconfig } from "../../src/host/node/pki/kubeconfig.ts";
import { openPki, type PkiDirectory } from "../../src/host/node/pki/directory.ts";
import { freePort } from "../../src/host/node/machine/testing.ts";
import { type ReferenceOptions, startReferenceControlPlane } from "../../tools/reference/control-plane.ts";
import { type Asker, createAsker } from "./ask.ts";
import type { World } from "./define-case.ts";

/** What runs on the side of Kubernetes, and the `kubectl` for both; only what the cases need has to be built. */
export type Programs = ReferenceOptions["programs"] & { readonly kubectl?: string };

/** One of the two clusters that are compared, and the ways to talk to it. */
export interface Side {
  readonly name: "kubernetes" | "wherry";
  readonly port: number;
  readonly asker: Asker;
  readonly kubectl: { readonly program: string | undefined; readonly home: string; readonly kubeconfig: string };
  /** @throws when it has ended by itself: nothing after that would be worth comparing */
  check(): void;
}

export interface Sides extends AsyncDisposable {
  readonly both: readonly [kubernetes: Side, wherry: Side];
}

/** Starts both clusters afresh in a directory. @throws {Error} when one does not come up */
export async function startSides(directory: string, world: World, programs: Programs): Promise<Sides> {
  await using started = new AsyncDisposableStack();
  const reference = started.use(
    await startReferenceControlPlane({
      directory: join(directory, "kubernetes"),
      programs,
      // What it stores is thrown away.
      etcdFlags: ["--unsafe-no-fsync"],
    }),
  );
  if (world !== "api") reference.startLoops();
  const ours = started.use(await startWherry(join(directory, "wherry"), world));
  const both = [
    sideOf("kubernetes", directory, reference.port, reference.pki, programs.kubectl, () => reference.check()),
    sideOf("wherry", directory, ours.port, ours.pki, programs.kubectl, ours.check),
  ] as const;
  for (const { asker } of both) started.use(asker);
  const owned = started.move();
  return { both, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function startWherry(directory: string, world: World) {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const log = openSync(join(directory, "wherry.log"), "a");
  const child = fork(join(import.meta.dirname, "serve.ts"), [directory, String(port), world], {
    stdio: ["ignore", log, log, "ipc"],
    detached: true,
  });
  const check = () => {
    if (child.exitCode === null && child.signalCode === null) return;
    const words = readFileSync(join(directory, "wherry.log"), "utf8").slice(-1_500);
    throw new Error(`Wherry ended (${child.signalCode ?? `code ${child.exitCode}`}): ${words}`);
  };
  await Promise.race([once(child, "message"), once(child, "exit")]);
  check();
  const pki = openPki(placesOf(directory).pki, () => Date.now());
  return { port, pki, check, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

function sideOf(
  name: Side["name"],
  directory: string,
  port: number,
  pki: PkiDirectory,
  program: string | undefined,
  check: () => void,
): Side {
  const person = clientCertificate(pki, "admin", "kubernetes-admin", ["system:masters"]);
  const home = join(directory, `${name}-home`);
  mkdirSync(home, { recursive: true });
  const kubeconfig = join(home, "config");
  const text = buildKubeconfig({
    name: "differential",
    server: `https://127.0.0.1:${port}`,
    authority: pki.authority.certificate,
    user: person,
  });
  // The reference's serving certificate is of its own making.
  writeFileSync(kubeconfig, text.replace(/certificate-authority-data: \S+/, "insecure-skip-tls-verify: true"), {
    mode: 0o600,
  });
  return { name, port, asker: createAsker(port, person), kubectl: { program, home, kubeconfig }, check };
}
