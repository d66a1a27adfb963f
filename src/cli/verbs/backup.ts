import { resolve } from "node:path";
import { UsageError } from "../options.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

export const backupVerb = defineVerb({
  name: "backup",
  summary: "save the cluster's state to a file, while it runs",
  operands: "FILE",
  help: `
Writes one tar file with every object at one revision, the records that 'wherry why' reads, and the cluster's
certificates and keys: keep it as you would keep those (its mode is 0600). Images and volumes are not in it. Writes go
on meanwhile. The way back is 'wherry restore'.`,
  examples: [["sudo wherry backup monday.tar", "a snapshot of now"]],
  options: dataDirectoryOption,
  async run(context, { options, operands }) {
    const [file, ...more] = operands;
    if (file === undefined || more.length > 0) throw new UsageError("say one file to write to: 'backup FILE'");
    const path = resolve(file);
    const { bytes, revision } = await context.cluster.backup(dataDirectoryOf(options, context), path);
    context.out(`Saved revision ${revision} to ${path} (${(bytes / 1e6).toFixed(1)} MB).`);
    return 0;
  },
});
