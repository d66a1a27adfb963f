// Measures what counts: `npm run bench`, or `npm run bench -- store api`.
// With WHERRY_REFERENCE_BIN set to a folder with kube-apiserver and etcd, `api` measures them in the same run.
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus, release } from "node:os";
import { join } from "node:path";

const SCENARIOS: Readonly<Record<string, () => Promise<{ readonly run: (print: Print) => Promise<void> }>>> = {
  store: () => import("./store.ts"),
  library: () => import("./library.ts"),
  api: () => import("./api.ts"),
  services: () => import("./services.ts"),
  http: async () => ({ run: () => program("http.ts") }),
  simulated: () => import("./simulated.ts"),
};
type Print = (line: string) => void;

/** One that has options of its own, and is run here without any. */
async function program(file: string): Promise<void> {
  await once(fork(join(import.meta.dirname, file)), "exit");
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SCENARIOS);
const print: Print = (line) => process.stdout.write(`${line}\n`);
print(
  `${new Date().toISOString()}, Node ${process.version}, Linux ${release()}, ${cpus().length} × ${cpus()[0]?.model}`,
);
for (const name of names) {
  const scenario = SCENARIOS[name];
  if (scenario === undefined) throw new Error(`there is no scenario ${name}: ${Object.keys(SCENARIOS).join(", ")}`);
  await (await scenario()).run(print);
}
process.exit();
