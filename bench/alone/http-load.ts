import { connect as connectHttp2 } from "node:http2";
import { connect as connectTls } from "node:tls";

const SECONDS = 5;
const CONNECTIONS = 32;
const WATCHERS = 100;

const [load, port] = process.argv.slice(2);
await runLoad(load!, Number(port));

/** Keeps the server busy: says "begin" when warm, "end" when the time is up. */
async function runLoad(load: string, port: number): Promise<void> {
  const [what, version] = load.split("-") as [string, string];
  const count = what === "get" ? CONNECTIONS : WATCHERS;
  const path = what === "get" ? "/api/v1/namespaces/default/pods/web" : "/watch";
  if (version === "http1") for (let index = 0; index < count; index++) startHttp1(port, path, what === "get");
  else startHttp2(port, path, count, what === "get");
  await later(1000);
  process.send!("begin");
  await later(SECONDS * 1000);
  process.send!("end");
}

function later(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** One request after another on a connection; an answer is known to be whole by its length. */
function startHttp1(port: number, path: string, again: boolean): void {
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
  const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: application/json\r\nauthorization: Bearer x\r\nuser-agent: bench\r\n\r\n`;
  let received = 0;
  let whole = 0;
  socket.on("data", (bytes: Buffer) => {
    if (!again) return;
    if (whole === 0) {
      const text = bytes.toString("latin1");
      whole = text.indexOf("\r\n\r\n") + 4 + Number(/content-length: (\d+)/i.exec(text)![1]);
    }
    received += bytes.length;
    if (received < whole) return;
    received = 0;
    socket.write(request);
  });
  socket.write(request);
}

function startHttp2(port: number, path: string, count: number, again: boolean): void {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const ask = () => {
    const stream = session.request({ ":path": path, accept: "application/json", authorization: "Bearer x" });
    stream.resume();
    if (again) stream.on("end", ask);
  };
  for (let index = 0; index < count; index++) ask();
}
