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

function answer(opened: Database, id: number, request: Request): void {
  switch (request.type) {
    case "commit":
      opened.commit(request.batch);
      return send({ id, type: "done" });
    case "load": {
      const { batch, until } = opened.load(request.after);
      return send({ id, type: "loaded", batch, until }, [batch.buffer]);
    }
    case "records":
      return send({ id, type: "records", rows: opened.records.of(request.key) });
    case "recordsAfter":
      return send({ id, type: "records", rows: opened.records.after(request.revision, request.limit) });
    case "close":
      opened.close();
      send({ id, type: "done" });
      port.close();
  }
}

function send(reply: Reply, moved: ArrayBuffer[] = []): void {
  port.postMessage(reply, moved);
}
