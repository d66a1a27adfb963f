import { runJob } from "./jobs.ts";
import type { Order, Told } from "./load.ts";

// The load generator: a process of its own, so that its work is nobody else's CPU. It gets orders and tells of them.
const tell = (told: Told) => process.send!(told);
process.on("message", ({ job, door }: Order) => {
  runJob(job, door, () => tell({ type: "begun" })).then(
    (result) => tell({ type: "done", result }),
    (error: unknown) => tell({ type: "failed", why: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit());
