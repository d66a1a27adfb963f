import { silentLog } from "../../src/base/log.ts";
import { startServer } from "../../src/cluster/server.ts";

// Wherry's server process, to be compared: DIRECTORY PORT WORLD. It says when it answers, and ends with whoever started it.
const [dataDirectory, port, world] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
await startServer({
  dataDirectory: dataDirectory!,
  address: "10.0.0.1",
  port: Number(port),
  store: "memory",
  serviceCidr: "10.96.0.0/16",
  podCidr: "10.244.0.0/16",
  simulate: 0,
  loops: world !== "api",
  log: silentLog,
});
process.send!("ready");
