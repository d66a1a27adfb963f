import type { Scenario, Turn } from "../scenario.ts";

const CONFIG_MAPS = 1_000;
const AT_ONCE = 32;

/** A namespace with a thousand config maps, from the request to its being gone. */
export const namespaceDeletion: Scenario = {
  name: "namespace",
  what: `deletion of a namespace with ${CONFIG_MAPS.toLocaleString("en")} config maps`,
  needs: { plane: "whole", state: "shared" },
  async measure(turn) {
    const { api } = turn.running;
    const name = `going-${turn.round}`;
    const target = `/api/v1/namespaces/${name}`;
    await api.ask("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await fill(turn, `${target}/configmaps`);
    const cpu = turn.running.cpuMicros();
    const start = performance.now();
    await turn.profiled(async () => {
      await api.ask("DELETE", target);
      await api.until<{ readonly items: readonly unknown[] }>(
        `/api/v1/namespaces?fieldSelector=metadata.name%3D${name}`,
        ({ items }) => items.length === 0,
        { everyMs: 20 },
      );
    });
    return [
      { what: "gone", value: performance.now() - start, unit: "ms" },
      { what: "CPU", value: (turn.running.cpuMicros() - cpu) / 1_000, unit: "ms" },
    ];
  },
};

async function fill({ running }: Turn, target: string): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < CONFIG_MAPS) {
      const metadata = { name: `config-${next++}` };
      await running.api.ask("POST", target, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "b" } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
}
