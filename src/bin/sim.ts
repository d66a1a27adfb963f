import { parseArgs } from "node:util";
import { createLog } from "../base/log.ts";
import { runSimulation } from "../cluster/simulation/run.ts";

// A cluster under faults in virtual time. The same seed gives the same bytes.
//   npm run sim -- --seed 7 [--minutes 10] [--nodes 5] [--quiet] [--verbose]

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "10" },
    nodes: { type: "string", default: "5" },
    quiet: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

const log = createLog((level, message, fields) => {
  if (values.verbose || level === "error") console.error(level, message, fields);
});
const { events, hash, breaches } = await runSimulation({
  seed: Number(values.seed),
  minutes: Number(values.minutes),
  nodes: Number(values.nodes),
  log,
});
if (!values.quiet) for (const event of events) console.log(event);
console.log(`seed ${values.seed}: ${events.length} changes, ${hash}`);
for (const breach of breaches) console.log(`does not hold: ${breach}`);
process.exitCode = breaches.length === 0 ? 0 : 1;
