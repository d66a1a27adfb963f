import { UsageError } from "../options.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";
import { askForStory } from "../why/ask.ts";
import { storyLines } from "../why/print.ts";

export const whyVerb = defineVerb({
  name: "why",
  summary: "tell how an object came to be, and what it waits for",
  operands: "KIND/NAME",
  help: `
Every write to the cluster is kept with its cause: who asked, which changes a loop had seen, what it concluded, how
long it took. 'why' follows these from an object back to the request that set it all off, and forth to where it stands.
It tells what was recorded and guesses nothing; it also tells of objects that are gone, and of what was before a
restart. Records are kept for seven days, 64 for each object.

[r12] is the revision a step made; steps stand in the order of revisions. Times count from the first request.`,
  examples: [
    ["wherry why pod/web-1", "from kubectl to the running container, with the scheduler's verdict on each node"],
    ["wherry why deploy/web -n shop", "any kind, by any name that kubectl takes"],
    ["wherry why pod/web-1 -o json", "the same for programs"],
  ],
  options: {
    ...dataDirectoryOption,
    namespace: { type: "text", value: "NAME", short: "n", help: "the object's namespace (default: default)" },
    output: { type: "choice", choices: ["text", "json"], short: "o", help: "the form of the answer" },
  },
  async run(context, { options, operands }) {
    const [kind, name, ...more] = operands.flatMap((operand) => operand.split("/"));
    if (kind === undefined || name === undefined || name === "" || more.length > 0) {
      throw new UsageError("say of what: 'why KIND/NAME', such as 'why pod/web-1'");
    }
    const api = context.cluster.api(dataDirectoryOf(options, context));
    const story = await askForStory(api, kind, name, options.namespace ?? "default");
    if (options.output === "json") context.out(JSON.stringify(story, undefined, 2));
    else for (const line of storyLines(story)) context.out(line);
    return 0;
  },
});
