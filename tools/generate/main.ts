// Writes src/api/generated from Kubernetes' own definitions. Needs Go; takes the pinned modules from its proxy.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDiscovery } from "./discovery.ts";
import { inputHash, kubernetesVersion, moduleFolder, readFacts } from "./facts.ts";
import { writeInterfaces } from "./interfaces.ts";
import { writeResources } from "./resources.ts";
import { shapesModule, writeShapes } from "./shapes.ts";

const target = join(import.meta.dirname, "../../src/api/generated");
const origin = `Written by tools/generate from Kubernetes ${kubernetesVersion}, input ${inputHash()}. Never edited: run \`npm run generate\`.`;

const discoveryFolder = join(moduleFolder("k8s.io/kubernetes"), "api/discovery");
const facts = readFacts(join(discoveryFolder, "aggregated_v2.json"));
mkdirSync(target, { recursive: true });
for (const name of readdirSync(target)) rmSync(join(target, name));
for (const [module, text] of writeInterfaces(facts.structs, facts.kinds)) write(module, text);
write("shapes", shapesModule);
writeFileSync(join(target, "shapes.json"), `{ "origin": ${JSON.stringify(origin)},\n${writeShapes(facts.structs)}}\n`);
write("resources", writeResources(readDiscovery(discoveryFolder), facts));

function write(module: string, text: string): void {
  writeFileSync(join(target, `${module}.ts`), `// ${origin}\n${text}`);
}
