import * as fc from "fast-check";
import { testService, testSlice } from "./testing.ts";

/** Services that share what they can: external addresses, endpoints, and names with those of other worlds. */
export type World = readonly WorldService[];

interface WorldService {
  readonly name: string;
  readonly bornIn: number;
  readonly type: "ClusterIP" | "NodePort";
  readonly sticky: boolean;
  readonly seconds: number;
  readonly localOnly: boolean;
  readonly endpoints: readonly { readonly last: number; readonly local: boolean; readonly ready: boolean }[];
}

export const worlds: fc.Arbitrary<World> = fc.uniqueArray(
  fc.record<WorldService>({
    name: fc.constantFrom("a", "b", "c", "d"),
    bornIn: fc.constantFrom(2024, 2025),
    type: fc.constantFrom("ClusterIP", "NodePort"),
    sticky: fc.boolean(),
    seconds: fc.constantFrom(10, 20),
    localOnly: fc.boolean(),
    endpoints: fc.uniqueArray(
      fc.record({ last: fc.integer({ min: 1, max: 4 }), local: fc.boolean(), ready: fc.boolean() }),
      { selector: ({ last }) => last },
    ),
  }),
  { selector: ({ name }) => name },
);

export function objectsOf(world: World) {
  return { services: world.map(serviceOf), slices: world.map(sliceOf) };
}

function serviceOf({ name, bornIn, type, sticky, seconds, localOnly }: WorldService) {
  const number = name.charCodeAt(0);
  const service = testService(name, {
    type,
    clusterIP: `10.96.0.${number}`,
    // Two services claim one external address.
    externalIPs: [`203.0.113.${number % 2}`],
    ...(type === "NodePort" ? { ports: [{ nodePort: 30000 + number }] } : {}),
    ...(sticky
      ? { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: seconds } } }
      : {}),
    externalTrafficPolicy: localOnly ? "Local" : "Cluster",
  });
  return { ...service, metadata: { ...service.metadata, creationTimestamp: `${bornIn}-01-01T00:00:00Z` } };
}

function sliceOf({ name, endpoints }: WorldService) {
  return testSlice(
    name,
    endpoints.map(({ last, local, ready }) => ({
      address: `10.244.0.${last}`,
      node: local ? "here" : "other",
      conditions: { ready, serving: ready, terminating: false },
    })),
  );
}
