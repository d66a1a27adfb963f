import { jsonText } from "../../src/machinery/exact-json.ts";
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import type { KeyPair } from "../../src/host/node/pki/certificate.ts";

export interface Request {
  /** Method and target. */
  readonly ask: string;
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly text: string;
}

/** The stream that a watch is: `during` runs once it is open, then it is read until it has so many lines, or is quiet. */
export interface WatchPart {
  readonly lines: number;
  readonly during: () => Promise<void>;
}

export interface Asker extends Disposable {
  ask(request: Request, watch?: WatchPart): Promise<Answer>;
}

/** Answers that last longer are cut off, and shown so. */
const ANSWER_PATIENCE_MS = 40_000;
/** So long is waited for further lines of a watch that are not sure to come. */
const QUIET_MS = 2_000;

/** Asks the API server at a port of this machine, over TLS with a certificate. */
export function createAsker(port: number, { certificate, key }: KeyPair): Asker {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, cert: certificate, key, maxSockets: 64 });
  const open = ({ ask, body, headers }: Request, signal: AbortSignal): Promise<IncomingMessage> => {
    const space = ask.indexOf(" ");
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === "string" ? body : jsonText(body));
    return new Promise((resolve, reject) => {
      const sent = request({
        host: "127.0.0.1",
        port,
        method: ask.slice(0, space),
        path: ask.slice(space + 1),
        agent,
        signal,
        headers: {
          "user-agent": "test",
          ...(bytes === undefined ? {} : { "content-type": "application/json", "content-length": bytes.length }),
          ...headers,
        },
      });
      sent.on("error", reject);
      sent.on("response", resolve);
      sent.end(bytes);
    });
  };
  return {
    async ask(asked, watch) {
      const leave = new AbortController();
      const impatient = setTimeout(() => leave.abort(), ANSWER_PATIENCE_MS);
      try {
        const response = await open(asked, leave.signal);
        const text = watch === undefined ? await readAll(response) : await readLines(response, watch);
        return { status: response.statusCode!, headers: headersOf(response), text };
      } catch (error) {
        // That a connection breaks is an answer too, if the other side's does not.
        return {
          status: 0,
          headers: {},
          text: `(no answer: ${(error as NodeJS.ErrnoException).code ?? String(error)})`,
        };
      } finally {
        clearTimeout(impatient);
        leave.abort();
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = "";
  try {
    for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  } catch {
    text += "\n(cut off)";
  }
  return text;
}

async function readLines(response: IncomingMessage, { lines, during }: WatchPart): Promise<string> {
  let text = "";
  let came = () => {};
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
    came();
  });
  response.on("error", () => came());
  response.on("close", () => came());
  await during();
  while (text.split("\n").length <= lines && !response.readableEnded && !response.destroyed) {
    const before = text.length;
    await new Promise<void>((resolve) => {
      const quiet = setTimeout(resolve, QUIET_MS);
      came = () => {
        clearTimeout(quiet);
        resolve();
      };
    });
    if (text.length === before) break;
  }
  return text;
}

function headersOf(response: IncomingMessage): Answer["headers"] {
  return Object.fromEntries(Object.entries(response.headersDistinct).map(([name, values]) => [name, values ?? []]));
}
