import type { TestServer } from "../testing.ts";
import type { Ask } from "./replay.ts";

const decoder = new TextDecoder();

/** Asks the server in this process, without a socket. */
export function askTestServer(server: TestServer): Ask {
  return async (step, watch) => {
    const asked = {
      headers: { ...(step.body === undefined ? {} : { "content-type": "application/json" }), ...step.headers },
      ...(step.body === undefined ? {} : { body: step.body }),
    };
    if (watch === undefined) {
      const answer = await server.ask(step.ask, asked);
      // The carrier leaves the body of these answers out.
      return step.ask.startsWith("HEAD ") ? { ...answer, text: "" } : answer;
    }
    const leave = new AbortController();
    const response = await server.open(step.ask, { ...asked, signal: leave.signal });
    const { status, headers, body } = response;
    if (body === undefined || body instanceof Uint8Array || body.type === "upgrade") {
      return { status, headers, text: body instanceof Uint8Array ? decoder.decode(body) : "" };
    }
    const reading = readLines(body.chunks as AsyncIterable<readonly Uint8Array[]>, watch.lines);
    await watch.during();
    const text = await reading;
    leave.abort();
    return { status, headers, text };
  };
}

async function readLines(chunks: AsyncIterable<readonly Uint8Array[]>, wanted: number): Promise<string> {
  let text = "";
  for await (const pieces of chunks) {
    for (const piece of pieces) text += decoder.decode(piece);
    if (text.split("\n").length > wanted) break;
  }
  return text;
}
