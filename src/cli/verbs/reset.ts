import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

export const resetVerb = defineVerb({
  name: "reset",
  summary: "remove a cluster with everything in it",
  operands: "",
  help: `
Stops what runs, and removes the data directory: objects, images, volumes, certificates. There is no way back but a
backup. It asks first, unless told not to.`,
  examples: [
    ["sudo wherry backup before.tar && sudo wherry reset", "keeps a way back"],
    ["wherry reset --yes --data-dir /tmp/try", "does not ask: for scripts"],
  ],
  options: { ...dataDirectoryOption, yes: { type: "flag", help: "do not ask" } },
  async run(context, { options }) {
    const dataDirectory = dataDirectoryOf(options, context);
    if (!options.yes) {
      const answer = await context.ask(`Remove the cluster in ${dataDirectory}, with all its data? Type yes: `);
      if (answer === undefined) throw new Error("nobody is there to ask: say --yes if you mean it");
      if (answer.trim() !== "yes") {
        context.out("Nothing was removed.");
        return 1;
      }
    }
    await context.cluster.reset(dataDirectory);
    context.out(`Removed ${dataDirectory}.`);
    return 0;
  },
});
