import type { Service } from "../../src/api/generated/core-v1.ts";
import type { EndpointSlice } from "../../src/api/generated/discovery-v1.ts";
import { createClock } from "../../src/host/node/clock.ts";
import { createNftablesEngine } from "../../src/host/node/nftables/engine.ts";
import { runTool } from "../../src/host/node/nftables/nft.ts";
import { labObstacle } from "../../src/host/node/nftables/testing/lab.ts";
import { diffRules } from "../../src/proxy/diff.ts";
import { joinRules, rejoinRules } from "../../src/proxy/join.ts";
import { planService, serviceOf } from "../../src/proxy/plan.ts";
import { defaultFrame, type Frame } from "../../src/proxy/rules.ts";
import { testService, testSlice } from "../../src/proxy/testing.ts";

const SERVICES = 1_000;
const ENDPOINTS = 5;
const ROUNDS = 20;
const frame: Frame = { ...defaultFrame, clusterNetworks: ["10.244.0.0/16"], serviceNetworks: ["10.96.0.0/12"] };
const viewpoint = { node: "here" };
const signal = new AbortController().signal;

/** The rules of 1,000 services with 5 endpoints each: all at once, and one change at a time. */
export async function run(print: (line: string) => void): Promise<void> {
  const obstacle = await labObstacle();
  if (obstacle !== undefined) {
    print(`services: not measured: ${obstacle}`);
    return;
  }
  const namespace = `wherry-bench-${process.pid}`;
  await runTool(["ip", "netns", "add", namespace], { signal });
  try {
    await measure(["nsenter", `--net=/run/netns/${namespace}`, "nft"], print);
  } finally {
    await runTool(["ip", "netns", "delete", namespace], { signal });
  }
}

async function measure(nft: readonly string[], print: (line: string) => void): Promise<void> {
  using engine = createNftablesEngine({ clock: createClock({ holdProcess: false }), nft });
  const world = Array.from({ length: SERVICES }, (_, index) => serviceNumber(index, ENDPOINTS));
  const planned = new Map(
    world.map(({ service, slice }) => [serviceOf(slice)!, planService(service, [slice], viewpoint, frame)]),
  );
  const planMs = await medianMs(5, async () => {
    for (const { service, slice } of world) planService(service, [slice], viewpoint, frame);
  });
  let applied = joinRules(frame, planned.values());
  const wholeMs = await medianMs(5, () => engine.apply({ kind: "replace", rules: applied }, { signal }));
  print(
    `services: ${SERVICES} with ${ENDPOINTS} endpoints: plan ${planMs.toFixed(0)} ms, whole table ${wholeMs.toFixed(0)} ms`,
  );
  const change = async (index: number, endpoints: number | undefined) => {
    const { service, slice } = serviceNumber(index, endpoints ?? 0);
    const key = serviceOf(slice)!;
    const before = planned.get(key);
    const after = endpoints === undefined ? undefined : planService(service, [slice], viewpoint, frame);
    if (after === undefined) planned.delete(key);
    else planned.set(key, after);
    const next = rejoinRules(applied, [{ before, after }], planned.values());
    await engine.apply(diffRules(applied, next)!, { signal });
    applied = next;
  };
  let round = 0;
  const endpointsMs = await medianMs(ROUNDS, () => change(7, 2 + (round++ % 3)));
  const addMs = await medianMs(ROUNDS, () => change(SERVICES + round++, ENDPOINTS));
  const removeMs = await medianMs(ROUNDS, () => change(SERVICES + --round, undefined));
  const ms = [endpointsMs, addMs, removeMs].map((value) => value.toFixed(1));
  print(`services: plan, diff and apply: other endpoints ${ms[0]} ms, a new service ${ms[1]} ms, one less ${ms[2]} ms`);
  const holdsMs = await medianMs(5, async () => void (await engine.holds(applied, { signal })));
  print(`services: comparing the real table ${holdsMs.toFixed(0)} ms`);
}

function serviceNumber(index: number, endpoints: number): { readonly service: Service; readonly slice: EndpointSlice } {
  const name = `service-${index}`;
  const addresses = Array.from(
    { length: endpoints },
    (_, last) => `10.244.${index % 250}.${1 + last + 5 * (index >> 8)}`,
  );
  return {
    service: testService(name, { clusterIP: `10.97.${index >> 8}.${index & 255}` }),
    slice: testSlice(
      name,
      addresses.map((address) => ({ address, node: "other" })),
    ),
  };
}

async function medianMs(rounds: number, work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    await work();
    times.push(performance.now() - startMs);
  }
  return times.toSorted((left, right) => left - right)[Math.floor(rounds / 2)]!;
}
