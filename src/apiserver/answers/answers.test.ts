import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CustomResourceDefinition } from "../../api/apiextensions/v1/custom-resource-definition.ts";
import { ServiceAccount } from "../../api/core/v1/service-account.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import { formatTime } from "../../machinery/time.ts";
import { startTestServer } from "../testing.ts";
import { askTestServer } from "./ask.ts";
import { customDefinition, customObjects } from "./custom-objects.ts";
import { patchesAndDeletions } from "./patches-and-deletions.ts";
import { quotasAndLimits } from "./quotas-and-limits.ts";
import { readsAndWrites } from "./reads-and-writes.ts";
import { refusals } from "./refusals.ts";
import { type PlainAnswer, replay } from "./replay.ts";

// The same requests as were sent to a real kube-apiserver of the release, in the same order, and the answers that it gave.
const recorded = JSON.parse(readFileSync(`${import.meta.dirname}/answers.json`, "utf8")) as Record<
  string,
  readonly PlainAnswer[]
>;

const clock = new VirtualClock();
const server = await startTestServer({ clock, signer: simulatedSigner });
const metadata = { name: "default", namespace: "default" };
await server.client.create(ServiceAccount, { metadata }, { signal: server.signal });

// No loop accepts its names here.
const defined = await server.client.create(CustomResourceDefinition, customDefinition as never, {
  signal: server.signal,
});
const { names } = defined.spec;
const established = { type: "Established", status: "True", lastTransitionTime: formatTime(clock.now()) };
const status = { ...defined.status, acceptedNames: names, conditions: [established] };
await server.client.setStatus(CustomResourceDefinition, defined, status, { signal: server.signal });

for (const [theme, steps] of Object.entries({
  ...readsAndWrites,
  ...patchesAndDeletions,
  ...refusals,
  ...quotasAndLimits,
  ...customObjects,
})) {
  test(`answers like Kubernetes: ${theme}`, async () => {
    const answering = replay(steps, askTestServer(server));
    const answers = await Promise.race([answering, turning(answering)]);
    assert.equal(answers.length, recorded[theme]!.length);
    for (const [index, answer] of answers.entries()) {
      assert.deepEqual(
        withoutTexts(answer),
        withoutTexts(recorded[theme]![index]!),
        `${theme} ${index}: ${answer.ask}`,
      );
    }
  });
}

test.after(() => server[Symbol.asyncDispose]());

/** Lets time go on while something waits for it: a read of a revision that is still to come. */
async function turning<T>(work: Promise<T>): Promise<T> {
  let done = false;
  void work.finally(() => (done = true)).catch(() => {});
  while (!done) await clock.advance(100);
  return work;
}

/** The columns' descriptions are documentation, which comes in from outside. */
function withoutTexts(answer: PlainAnswer): unknown {
  return JSON.parse(JSON.stringify(answer, (name, value: unknown) => (name === "description" ? "" : value)));
}
