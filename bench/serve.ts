import { silentLog } from "../src/base/log.ts";
import { startServer } from "../src/cluster/server.ts";

// The server process of a cluster, for the load generator: DIRECTORY PORT. It says when it answers, and runs until killed.
const [dataDirectory, port] = process.argv.slice(2);
await startServer({
  dataDirectory: dataDirectory!,
  // Pods would use it; a loopback address is none for them.
  address: "10.0.0.1",
  port: Number(port),
  store: "sqlite",
  serviceCidr: "10.96.0.0/16",
  podCidr: "10.244.0.0/16",
  simulate: 0,
  log: silentLog,
});
process.send!("ready");
