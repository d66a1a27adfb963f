import { parentPort, workerData } from "node:worker_threads";
import { Database, failureOf } from "./database.ts";
import type { Reply, Request, WorkerStart } from "./messages.ts";

/** The thread of the database: opens it, says so, then answers one request after the other, in order. */
const port = parentPort!;
const database = open();

if (database !== undefined) {
  port.on("message", ({ id, ...request }: Request & { readonly id: number }) => {
    try {
      answer(database, id, request);
    } catch (error) {
      send({ id, type: "failed", failure: failureOf(error) });
    }
  });
  send({ id: 0, type: "done" });
}

function open(): Database | undefined {
  try {
    return new Database(workerData as WorkerStart);
  } catch (error) {
    send({ id: 0, type: "failed", failure: failureOf(error) });
    return undefined;
  }
}

function answer(database: Database, id: number, request: Request): void {
  switch (request.type) {
    case "commit":
      database.commit(request.batch);
      return send({ id, type: "done" });
    case "load": {
      const batches = database.load();
      return send(
        { id, type: "loaded", batches },
        batches.map(({ buffer }) => buffer),
      );
    }
    case "records":
      return send({ id, type: "records", rows: database.records.of(request.key) });
    case "recordsAfter":
      return send({ id, type: "records", rows: database.records.after(request.revision, request.limit) });
    case "close":
      database.close();
      send({ id, type: "done" });
      port.close();
  }
}

function send(reply: Reply, moved: ArrayBuffer[] = []): void {
  port.postMessage(reply, moved);
}
