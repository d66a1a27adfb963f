import { parentPort, workerData } from "node:worker_threads";
import { TaskGroup } from "../base/task-group.ts";
import { httpTransport } from "../client/http-transport.ts";
import { createClock } from "../host/node/clock.ts";
import { createStreamLog } from "../host/node/log.ts";
import { secureRandom } from "../host/node/random.ts";
import { portCarriers } from "../host/node/thread/port-carrier.ts";
import { startSimulatedNodes } from "./simulated-nodes.ts";
import type { SimulatedNodesWork } from "./simulated-nodes-thread.ts";

/** The thread of the simulated nodes: says so once all are registered. */
const { count, port } = workerData as SimulatedNodesWork;
const carrierOf = portCarriers(port);
const log = createStreamLog(process.stderr, { format: "logfmt", level: "info", now: Date.now });
const tasks = new TaskGroup();
await startSimulatedNodes({
  count,
  namePrefix: "sim-",
  transport: (user, userAgent) => httpTransport(carrierOf(user), userAgent),
  clock: createClock({ holdProcess: true }),
  random: secureRandom(),
  log: log.with({ process: "server", component: "simulated-nodes" }),
  tasks,
});
parentPort!.postMessage("registered");
await tasks.done();
