// Runs in the network of a node: answers at port 8080 with the address that it was reached at, and connects to services when told
// to, until an answer has come from the address that is waited for.
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 3;
const PATIENCE_MS = 200;

createServer((socket) => {
  socket.on("error", () => {});
  socket.end(socket.localAddress ?? "");
}).listen(8080, "0.0.0.0", () => tell({ ready: true }));

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { address, wanted } = JSON.parse(line) as { readonly address: string; readonly wanted: string };
    void until(address, wanted);
  })
  .once("close", () => process.exit(0));

/** When a connection was answered by an address that begins so; the clock is the machine's. */
async function until(address: string, wanted: string): Promise<void> {
  while (!(await ask(address)).startsWith(wanted)) await sleep(EVERY_MS);
  tell({ seenAtMs: performance.timeOrigin + performance.now() });
}

function ask(host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 80, timeout: PATIENCE_MS });
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
