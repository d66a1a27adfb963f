import { type ApiAccess, ApiRefusal, type CliContext } from "../context.ts";
import { type Chapter, chapters, DEMO_IMAGES, DEMO_NAMESPACE, podNames } from "../demo/chapters.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";
import { askForStory } from "../why/ask.ts";
import { briefStoryLines } from "../why/print.ts";

const NAMESPACES = "/api/v1/namespaces";
const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 120_000;

export const demoVerb = defineVerb({
  name: "demo",
  summary: "a guided tour of what the cluster does",
  operands: "",
  help: `
Plays a story on the running cluster, step by step: a pod, two containers in one, a Deployment, a pod lost and replaced,
scaling, a new version, a pod that fits nowhere. After each step it shows what every loop did, and why, from the records.

It works in a namespace of its own, ${DEMO_NAMESPACE}, and removes it in the end. Images are built on the spot from
packages of the system and loaded into the node: no registry is needed.`,
  examples: [
    ["wherry demo", "plays it through"],
    ["wherry demo --pause", "waits for Enter after each step"],
    ["wherry demo --keep", "leaves everything there to look at"],
  ],
  options: {
    ...dataDirectoryOption,
    pause: { type: "flag", help: "wait for Enter after each step" },
    keep: { type: "flag", help: "do not remove what was made" },
  },
  async run(context, { options }) {
    const dataDirectory = dataDirectoryOf(options, context);
    const api = context.cluster.api(dataDirectory);
    await prepareNamespace(context, api);
    await prepareImages(context, dataDirectory);
    try {
      for (const [index, chapter] of chapters.entries()) {
        await play(context, api, chapter, `${index + 1}. ${chapter.title}`);
        if (options.pause && (await context.ask("Enter goes on. ")) === undefined) break;
      }
    } finally {
      if (!options.keep) await api.send("DELETE", `${NAMESPACES}/${DEMO_NAMESPACE}`);
    }
    context.out(
      options.keep
        ? `All of it is left in the namespace ${DEMO_NAMESPACE}: 'wherry why deployment/web -n ${DEMO_NAMESPACE}' tells more.`
        : `The namespace ${DEMO_NAMESPACE} is being removed, with all that was in it.`,
    );
    return 0;
  },
});

async function play(context: CliContext, api: ApiAccess, chapter: Chapter, title: string): Promise<void> {
  const { out } = context;
  out(title);
  out("─".repeat(title.length));
  for (const line of chapter.tells) out(line);
  out("");
  out(`  $ ${chapter.command}`);
  const before = await podNames(api);
  const startedAt = context.now();
  await chapter.act(api);
  await until(context, chapter.title, () => chapter.done(api));
  out(`  done in ${context.now() - startedAt} ms`);
  out("");
  const [kind, name] = await chapter.tellsOf(api, before);
  out(`  $ wherry why ${kind}/${name} -n ${DEMO_NAMESPACE}`);
  const story = await askForStory(api, kind, name, DEMO_NAMESPACE);
  for (const line of briefStoryLines(story, startedAt)) out(`  ${line}`);
  out("");
}

/** Makes the namespace; what an earlier demo left in it goes first. */
async function prepareNamespace(context: CliContext, api: ApiAccess): Promise<void> {
  const path = `${NAMESPACES}/${DEMO_NAMESPACE}`;
  if (await isThere(api, path)) {
    context.out("Removing what an earlier demo left …");
    await api.send("DELETE", path);
    await until(context, "the removal of what was left", async () => !(await isThere(api, path)));
  }
  await api.send("POST", NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata: { name: DEMO_NAMESPACE } });
  const account = `${path}/serviceaccounts/default`;
  await until(context, "the namespace's service account", () => isThere(api, account));
}

/** Real nodes need images: they are built from packages, so that no registry has to be reached. */
async function prepareImages(context: CliContext, dataDirectory: string): Promise<void> {
  const { cluster, out } = context;
  const status = await cluster.status(dataDirectory);
  if (status?.nodeName === undefined) return;
  try {
    const files = await cluster.buildImages(DEMO_IMAGES, out);
    await cluster.loadImages(dataDirectory, files);
  } catch (error) {
    if (context.signal.aborted) throw error;
    out(
      `The images could not be built here (${(error as Error).message}); they are pulled from their registry instead.`,
    );
  }
  out("");
}

async function isThere(api: ApiAccess, path: string): Promise<boolean> {
  try {
    await api.send("GET", path);
    return true;
  } catch (error) {
    if (error instanceof ApiRefusal && error.code === 404) return false;
    throw error;
  }
}

async function until(context: CliContext, what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = context.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (context.now() > end) {
      throw new Error(`${what} takes too long: 'kubectl get events -n ${DEMO_NAMESPACE}' may tell more`);
    }
    await context.wait(LOOK_EVERY_MS);
  }
}
