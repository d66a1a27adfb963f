import { resolve } from "node:path";
import type { CliContext } from "../context.ts";
import { UsageError } from "../options.ts";
import { tableLines } from "../table.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

export const imageVerb = defineVerb({
  name: "image",
  summary: "load images into the nodes of this machine, or list them",
  operands: "load FILE…|list",
  help: `
Images come from registries by themselves. 'load' brings in what no registry has: archives as 'docker save',
'podman save' or any OCI tool writes them, plain or gzipped, to all nodes of this machine. The cluster has to be up, with this machine as
its node.`,
  examples: [
    [
      "docker save my-app:dev -o my-app.tar && sudo wherry image load my-app.tar",
      "a pod may now say image: my-app:dev",
    ],
    ["sudo wherry image list", "what the nodes have"],
  ],
  options: dataDirectoryOption,
  async run(context, { options, operands }) {
    const dataDirectory = dataDirectoryOf(options, context);
    const [what, ...files] = operands;
    if (what === "load") return load(context, dataDirectory, files);
    if (what === "list" && files.length === 0) return list(context, dataDirectory);
    throw new UsageError("say 'image load FILE…' or 'image list'");
  },
});

async function load(context: CliContext, dataDirectory: string, files: readonly string[]): Promise<number> {
  if (files.length === 0) throw new UsageError("say which files to load: 'image load FILE…'");
  const names = await context.cluster.loadImages(
    dataDirectory,
    files.map((file) => resolve(file)),
  );
  for (const name of names) context.out(`loaded ${name}`);
  return 0;
}

async function list(context: CliContext, dataDirectory: string): Promise<number> {
  const images = await context.cluster.listImages(dataDirectory);
  const rows = images
    .flatMap(({ names, id, bytes }) => (names.length === 0 ? ["<none>"] : names).map((name) => ({ name, id, bytes })))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, id, bytes }) => [name, id.replace("sha256:", "").slice(0, 12), `${(bytes / 1e6).toFixed(1)} MB`]);
  for (const line of tableLines([["IMAGE", "ID", "SIZE"], ...rows])) context.out(line);
  return 0;
}
