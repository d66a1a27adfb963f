import { writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { customDefinition, customObjects } from "../src/apiserver/answers/custom-objects.ts";
import { patchesAndDeletions } from "../src/apiserver/answers/patches-and-deletions.ts";
import { quotasAndLimits } from "../src/apiserver/answers/quotas-and-limits.ts";
import { readsAndWrites } from "../src/apiserver/answers/reads-and-writes.ts";
import { refusals } from "../src/apiserver/answers/refusals.ts";
import { type Ask, type PlainAnswer, replay } from "../src/apiserver/answers/replay.ts";

// Asks a real kube-apiserver what our tests ask ours, and writes its answers down. It has to be a fresh one: objects stay.
//   node tools/record-answers.ts --port 6443 --token TOKEN

const { values } = parseArgs({ options: { port: { type: "string" }, token: { type: "string" } } });
const SETTLE_MS = 100;
const DEFINED_MS = 8_000;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

const ask: Ask = async ({ ask, body, headers }, watch) => {
  const [method, path] = ask.split(" ");
  // Its admission looks at caches, which follow a write within a moment.
  await setTimeout(SETTLE_MS);
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port: values.port,
      method,
      path,
      agent,
      headers: {
        authorization: `Bearer ${values.token}`,
        "user-agent": "test",
        ...(bytes === undefined ? {} : { "content-type": "application/json", "content-length": bytes.length }),
        ...headers,
      },
    });
    sent.on("error", reject);
    sent.on("response", resolve);
    sent.end(bytes);
  });
  const during = watch?.during();
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    if (watch !== undefined && text.split("\n").length > watch.lines) break;
  }
  await during;
  const distinct = Object.entries(response.headersDistinct);
  const shown = distinct.map(([name, all]) => [name, name === "warning" ? all : all!.join(", ")] as const);
  return { status: response.statusCode!, headers: Object.fromEntries(shown), text };
};

await ask({ ask: "POST /api/v1/namespaces/default/serviceaccounts", body: { metadata: { name: "default" } } });
await ask({ ask: "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: customDefinition });
// Kubernetes waits five seconds before it serves a new kind.
await setTimeout(DEFINED_MS);
const recorded: Record<string, readonly PlainAnswer[]> = {};
for (const [theme, steps] of Object.entries({
  ...readsAndWrites,
  ...patchesAndDeletions,
  ...refusals,
  ...quotasAndLimits,
  ...customObjects,
})) {
  recorded[theme] = await replay(steps, ask);
}
writeFileSync(`${import.meta.dirname}/../src/apiserver/answers/answers.json`, `${JSON.stringify(recorded, null, 1)}\n`);
agent.destroy();
