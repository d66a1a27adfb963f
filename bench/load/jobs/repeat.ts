import { type Door, openConnection, requestBytes } from "../connection.ts";
import type { Result } from "../jobs.ts";
import { resultOf } from "../latencies.ts";
import { CONFIG_MAPS, configMapDraft, nodeDraft, NODES, podDraft, PODS } from "../objects.ts";

/** One request after another on each of many connections, for so long or so often. */
export interface RepeatJob {
  readonly type: "repeat";
  readonly ask: Ask;
  readonly connections: number;
  readonly until: { readonly count: number } | { readonly seconds: number };
}

export type Ask =
  | { readonly what: "get-pod" }
  | { readonly what: "list"; readonly target: string }
  /** Pages of one list after the other, until its end. One operation is one page. */
  | { readonly what: "list-pages"; readonly target: string; readonly limit: number }
  | { readonly what: "create-pods" | "create-config-maps" | "create-nodes"; readonly prefix: string }
  | { readonly what: "patch-status"; readonly pods: number };

const MERGE = "application/merge-patch+json";

/** @throws for an answer that is a refusal. */
export async function repeat({ ask, connections, until }: RepeatJob, door: Door, begin: () => void): Promise<Result> {
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(door)));
  const latencies: number[] = [];
  let next = 0;
  begin();
  const start = performance.now();
  const mayGo = () => ("count" in until ? next < until.count : performance.now() - start < until.seconds * 1000);
  await Promise.all(
    open.map(async (connection) => {
      let token = "";
      while (mayGo()) {
        const bytes = requestOf(ask, next++, token);
        const asked = performance.now();
        const status = await connection.ask(bytes);
        if (status >= 400) throw new Error(`answered ${status} to ${ask.what}`);
        latencies.push(performance.now() - asked);
        if (ask.what === "list-pages") token = continueToken(connection.ends());
      }
    }),
  );
  const result = resultOf(latencies, start);
  for (const connection of open) connection.close();
  return result;
}

/** Where a list goes on; empty at its end. */
function continueToken(ends: string): string {
  return /"continue":"([^"]*)"/.exec(ends)?.[1] ?? "";
}

function requestOf(ask: Ask, number: number, token: string): Uint8Array {
  switch (ask.what) {
    case "get-pod":
      return requestBytes("GET", `${PODS}/pod-0`);
    case "list":
      return requestBytes("GET", ask.target);
    case "list-pages":
      return requestBytes("GET", `${ask.target}?limit=${ask.limit}${token === "" ? "" : `&continue=${token}`}`);
    case "create-pods":
      return requestBytes("POST", PODS, podDraft(`${ask.prefix}${number}`, "nobody"));
    case "create-config-maps":
      return requestBytes("POST", CONFIG_MAPS, configMapDraft(`${ask.prefix}${number}`));
    case "create-nodes":
      return requestBytes("POST", NODES, nodeDraft(`${ask.prefix}${number}`));
    case "patch-status": {
      const status = number % 2 === 0 ? "True" : "False";
      const conditions = [{ type: "Ready", status, message: String(number) }];
      return requestBytes("PATCH", `${PODS}/pod-${number % ask.pods}/status`, { status: { conditions } }, MERGE);
    }
  }
}
