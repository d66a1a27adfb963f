import type { Door } from "./connection.ts";
import { type Job, runJob } from "./jobs.ts";

// The load generator: a process of its own, so that its work is nobody else's CPU. It gets jobs and sends back results.
process.on("message", ({ job, door }: { readonly job: Job; readonly door: Door }) => {
  runJob(job, door, () => process.send!({ begun: true })).then(
    (result) => process.send!({ result }),
    (error: unknown) => process.send!({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
