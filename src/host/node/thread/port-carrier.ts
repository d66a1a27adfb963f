import type { MessagePort } from "node:worker_threads";
import type { User } from "../../../apiserver/auth/user.ts";
import type { ApiResponse, Peer } from "../../../apiserver/http.ts";
import type { HttpCarrier } from "../../../client/http-transport.ts";
import { PortCalls } from "./port-calls.ts";

/** Carries calls to an API server in another thread of this process, which takes the users' names on trust. */
export function portCarriers(port: MessagePort): (user: User) => HttpCarrier {
  const calls = new PortCalls(port);
  return (user) => {
    const peer = peerOf(user);
    return {
      async send({ method, target, headers, body = NOTHING, signal }) {
        signal.throwIfAborted();
        const call = calls.ask({ peer, method, target, headers, body });
        const stop = () => call.cancel(signal.reason);
        signal.addEventListener("abort", stop, { once: true });
        const forget = () => signal.removeEventListener("abort", stop);
        try {
          const { status, body: answer } = await call.answer;
          return { status, headers: {}, body: piecesOf(answer, forget) };
        } catch (error) {
          forget();
          throw error;
        }
      },
    };
  };
}

async function* piecesOf(body: ApiResponse["body"], done: () => void): AsyncGenerator<Uint8Array> {
  try {
    if (body === undefined) return;
    if (body instanceof Uint8Array) yield body;
    else if (body.type === "chunks") for await (const step of body.chunks) yield* step;
    else throw new Error("a connection to a thread cannot be taken over");
  } finally {
    done();
  }
}

const NOTHING = new Uint8Array(0);

/** As if it had shown a certificate of that name. */
function peerOf({ name, groups }: User): Peer {
  const organizations = groups.filter((group) => group !== "system:authenticated");
  return { address: "", certificate: { commonName: name, organizations, fingerprint: `thread:${name}` } };
}
