import { resolve } from "node:path";
import { UsageError } from "../options.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

export const restoreVerb = defineVerb({
  name: "restore",
  summary: "make a cluster from a backup",
  operands: "FILE",
  help: `
Puts the state of a backup into a data directory that has none ('wherry reset' makes room). 'wherry up' then brings the
cluster back, with the same certificates: kubeconfigs and tokens from before still work. A backup that is damaged or cut
off is refused, and leaves nothing behind.`,
  examples: [["sudo wherry reset && sudo wherry restore monday.tar && sudo wherry up", "back to monday"]],
  options: dataDirectoryOption,
  async run(context, { options, operands }) {
    const [file, ...more] = operands;
    if (file === undefined || more.length > 0) throw new UsageError("say one file to read from: 'restore FILE'");
    const dataDirectory = dataDirectoryOf(options, context);
    await context.cluster.restore(dataDirectory, resolve(file));
    context.out(`Restored to ${dataDirectory}. 'wherry up' brings the cluster back.`);
    return 0;
  },
});
