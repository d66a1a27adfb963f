import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

export const downVerb = defineVerb({
  name: "down",
  summary: "stop the cluster and its containers",
  operands: "",
  help: `
Stops Wherry's processes, and then every container of the cluster. Objects and images stay: 'wherry up' starts the
pods anew. To stop Wherry and leave the containers running, end 'wherry up' by Ctrl-C or SIGTERM instead.`,
  examples: [["sudo wherry down", "stops what runs on the usual data directory"]],
  options: dataDirectoryOption,
  async run(context, { options }) {
    const dataDirectory = dataDirectoryOf(options, context);
    const ran = await context.cluster.down(dataDirectory);
    context.out(
      ran
        ? `Stopped, containers too. The state is kept in ${dataDirectory}.`
        : `No cluster ran on ${dataDirectory}; containers that were left are stopped.`,
    );
    return 0;
  },
});
