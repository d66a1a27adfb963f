import type { Worker } from "node:worker_threads";
import { runServerProcess } from "./processes.ts";

/** A server's process of which one thread dies when its number is told, by the order in which they start. */
const threads: Worker[] = [];
process.on("worker", (thread) => threads.push(thread));
process.once("message", (number: number) => void threads[number]!.terminate());
await runServerProcess(process.argv.slice(2));
