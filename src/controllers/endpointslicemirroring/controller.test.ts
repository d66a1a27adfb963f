import assert from "node:assert/strict";
import { test } from "node:test";
import { Endpoints } from "../../api/core/v1/endpoints.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import { simulate } from "../../cluster/testing.ts";
import { endpointSliceController } from "../endpointslice/controller.ts";
import { endpointsController } from "../endpoints/controller.ts";
import { endpointSliceMirroringController } from "./controller.ts";

const { signal } = new AbortController();
const controllers = () => [endpointSliceMirroringController, endpointSliceController(), endpointsController()];

test("endpointslice mirroring: repeats what a person wrote, and forgets it", async () => {
  await using world = await simulate({ controllers: controllers() });
  const slices = () =>
    world.list(EndpointSlice).filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "db");
  await world.apply(Service, { metadata: { name: "db" }, spec: { ports: [{ port: 5432 }] } });
  const ports = [{ name: "", port: 5432, protocol: "TCP" as const }];
  const addresses = [{ ip: "192.0.2.10" }, { ip: "2001:db8::10" }];
  await world.apply(Endpoints, { metadata: { name: "db" }, subsets: [{ addresses, ports }] });
  await world.settle();
  assert.deepEqual(
    slices()
      .map(({ addressType, endpoints }) => [addressType, endpoints!.map(({ addresses: found }) => found)])
      .sort(),
    [
      ["IPv4", [["192.0.2.10"]]],
      ["IPv6", [["2001:db8::10"]]],
    ],
  );
  const moved = [{ ip: "192.0.2.11" }];
  await world.apply(Endpoints, { metadata: { name: "db" }, subsets: [{ notReadyAddresses: moved, ports }] });
  await world.settle();
  assert.deepEqual(
    slices().map(({ endpoints }) => [endpoints![0]!.addresses, endpoints![0]!.conditions]),
    [[["192.0.2.11"], { ready: false }]],
  );
  await world.client.delete(Service, { namespace: "default", name: "db" }, { signal });
  await world.settle();
  assert.deepEqual([slices(), world.get(Endpoints, "db")], [[], undefined]);
  await world.assertQuiet();
});
