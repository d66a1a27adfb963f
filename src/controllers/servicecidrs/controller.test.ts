import assert from "node:assert/strict";
import { test } from "node:test";
import { Service } from "../../api/core/v1/service.ts";
import { IPAddress } from "../../api/networking/v1/ip-address.ts";
import { ServiceCIDR } from "../../api/networking/v1/service-cidr.ts";
import { simulate } from "../../cluster/testing.ts";
import type { Draft } from "../../machinery/object.ts";
import type { Controller } from "../../reconciler/controller.ts";
import { ipAddressesController } from "../ipaddresses/controller.ts";
import { FINALIZER } from "./plan.ts";
import { serviceCidrsController } from "./controller.ts";

const controllers = [serviceCidrsController, ipAddressesController] as unknown as readonly Controller[];
const cidr = (name: string, ...cidrs: string[]): Draft<ServiceCIDR> => ({ metadata: { name }, spec: { cidrs } });
const readyOf = ({ status }: ServiceCIDR) => status.conditions?.find(({ type }) => type === "Ready");

test("servicecidrs: the cluster's own network is there and ready, and is kept while services use it", async () => {
  await using world = await simulate({ controllers });
  await world.settle();
  const own = world.get(ServiceCIDR, "kubernetes")!;
  assert.equal(readyOf(own)?.status, "True");
  assert.deepEqual(own.metadata.finalizers, [FINALIZER]);
  await world.client.delete(ServiceCIDR, own.metadata);
  await world.settle();
  assert.equal(readyOf(world.get(ServiceCIDR, "kubernetes")!)?.reason, "Terminating");
  await world.assertQuiet();
  // Another network that holds all of its addresses frees it.
  await world.apply(ServiceCIDR, cidr("larger", "10.0.0.0/8"));
  await world.settle();
  await world.advance(11_000);
  await world.settle();
  assert.equal(world.get(ServiceCIDR, "kubernetes"), undefined);
});

test("ipaddresses: every address of a service is shown, and goes with it", async () => {
  await using world = await simulate({ controllers });
  await world.apply(Service, {
    metadata: { name: "web" },
    spec: { ports: [{ port: 80 }] },
  } as unknown as Draft<Service>);
  await world.settle();
  const { clusterIP } = world.get(Service, "web")!.spec;
  const shown = world.get(IPAddress, clusterIP!)!;
  assert.deepEqual(shown.spec.parentRef, { resource: "services", namespace: "default", name: "web" });
  assert.equal(shown.metadata.labels?.["ipaddress.kubernetes.io/ip-family"], "IPv4");
  await world.assertQuiet();
  await world.client.delete(IPAddress, shown.metadata);
  await world.settle();
  assert.notEqual(world.get(IPAddress, clusterIP!)?.metadata.uid, shown.metadata.uid);
  await world.client.delete(Service, { namespace: "default", name: "web" });
  await world.settle();
  assert.equal(world.get(IPAddress, clusterIP!), undefined);
  await world.assertQuiet();
});

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /spec.cidrs: Required value: at least one CIDR required/],
  [["10.0.0.0"], /spec.cidrs\[0\]: Invalid value: "10.0.0.0": must be a valid CIDR value/],
  [["10.0.0.0/8", "10.1.0.0/16"], /may specify no more than one IP for each IP family/],
  [["10.0.0.0/8", "fd00::/64", "fd01::/64"], /may only hold up to 2 values/],
];

test("servicecidrs: what is no network, and a change of one, is refused", async () => {
  await using world = await simulate({ controllers });
  for (const [cidrs, message] of REFUSED)
    await assert.rejects(world.apply(ServiceCIDR, cidr("bad", ...cidrs)), message);
  await world.apply(ServiceCIDR, cidr("good", "10.200.0.0/16"));
  await assert.rejects(world.apply(ServiceCIDR, cidr("good", "10.201.0.0/16")), /field is immutable/);
  const widened = await world.apply(ServiceCIDR, cidr("good", "10.200.0.0/16", "fd00::/64"));
  assert.deepEqual(widened.spec.cidrs, ["10.200.0.0/16", "fd00::/64"]);
});

test("ipaddresses: a name that is no address, and an address of nobody, are refused", async () => {
  await using world = await simulate({ controllers });
  const address = (name: string, parentRef?: object) =>
    world.apply(IPAddress, { metadata: { name }, spec: { parentRef } } as unknown as Draft<IPAddress>);
  const parent = { resource: "services", name: "web" };
  await assert.rejects(address("web", parent), /must be a valid IP address/);
  await assert.rejects(address("2001:db8:0::1", parent), /must be in canonical form \("2001:db8::1"\)/);
  await assert.rejects(address("192.0.2.1"), /spec.parentRef: Required value/);
  await assert.rejects(address("192.0.2.1", { name: "web" }), /spec.parentRef.resource: Required value/);
});
