import { runServerProcess } from "./processes.ts";

/** A server's process whose threads die as soon as it is told so. */
process.on("worker", (thread) => process.once("message", () => void thread.terminate()));
await runServerProcess(process.argv.slice(2));
