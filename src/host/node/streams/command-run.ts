import { internalError, StatusError } from "../../../machinery/status.ts";
import type {
  CommandStatus,
  RemoteCommandHandler,
  RemoteCommandSession,
  TerminalSize,
} from "../../../apiserver/streams.ts";

/** How the newer protocols tell a status, and the older ones. */
export type StatusForm = "json" | "text";

/** Runs the handler; whatever it throws becomes a status. */
export async function runCommand(handler: RemoteCommandHandler, session: RemoteCommandSession): Promise<CommandStatus> {
  try {
    return await handler.run(session);
  } catch (error) {
    return error instanceof StatusError ? error.status : internalError(error).status;
  }
}

/** What the error stream carries: nothing, in the older form, for success. */
export function encodeStatus(status: CommandStatus, form: StatusForm): Uint8Array | undefined {
  if (form === "json") return new TextEncoder().encode(JSON.stringify(status));
  return status.status === "Success" ? undefined : new TextEncoder().encode(status.message ?? "unknown error");
}

/** Reads the sizes that a client sends, one JSON object after another, however they are cut. */
export class TerminalSizeParser {
  readonly #decoder = new TextDecoder();
  #rest = "";

  push(bytes: Uint8Array): TerminalSize | undefined {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    let last: TerminalSize | undefined;
    for (;;) {
      const end = this.#rest.indexOf("}");
      if (end === -1) break;
      last = parseSize(this.#rest.slice(0, end + 1)) ?? last;
      this.#rest = this.#rest.slice(end + 1);
    }
    // No size is this long: it is something else, and would grow for ever.
    if (this.#rest.length > 1024) this.#rest = "";
    return last;
  }
}

function parseSize(text: string): TerminalSize | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return typeof width === "number" && typeof height === "number" ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}
