import assert from "node:assert/strict";
import { test } from "node:test";
import { Service } from "../../api/core/v1/service.ts";
import { seededRandom } from "../../base/random.ts";
import { mergePatch } from "../../client/client.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import type { Draft } from "../../machinery/object.ts";
import { startTestServer } from "../testing.ts";
import { Allocator } from "./allocator.ts";
import { addressText, parseAddress, parseRange } from "./range.ts";

const { signal } = new AbortController();

test("range: addresses as numbers and back", () => {
  const range = parseRange("10.96.0.0/24");
  assert.deepEqual([addressText(range.first), addressText(range.last)], ["10.96.0.0", "10.96.0.255"]);
  assert.equal(parseAddress("10.96.0.7"), range.first + 7);
  assert.equal(parseAddress("fd00::1"), undefined);
  assert.throws(() => parseRange("10.96.0.0"), /not a range/);
});

test("allocator: gives out what is free, the lower band last, and nothing twice", () => {
  const clock = new VirtualClock();
  const allocator = new Allocator(0, 63, clock, seededRandom(1));
  const taken = Array.from({ length: 64 }, () => allocator.take(new Set())!);
  assert.equal(new Set(taken).size, 64);
  assert(
    taken.slice(0, 48).every((number) => number >= 16),
    "the first sixteen are left to those who choose",
  );
  assert.equal(allocator.take(new Set()), undefined, "the range is full");
});

test("allocator: a chosen number is held, taken or out of range; what was not written is free again", async () => {
  const clock = new VirtualClock();
  const allocator = new Allocator(100, 199, clock, seededRandom(1));
  assert.equal(allocator.claim(99, new Set()), "out of range");
  assert.equal(allocator.claim(150, new Set([150])), "taken");
  assert.equal(allocator.claim(150, new Set()), "held");
  assert.equal(allocator.claim(150, new Set()), "taken");
  await clock.advance(30_000);
  assert.equal(allocator.claim(150, new Set()), "held");
  allocator.release(150);
  assert.equal(allocator.claim(150, new Set()), "held");
});

async function newServer() {
  const server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  const create = (name: string, spec: object) =>
    server.client.create(
      Service,
      { metadata: { name, namespace: "default" }, spec: { ports: [{ port: 80 }], ...spec } } as Draft<Service>,
      { signal },
    );
  const patch = (name: string, spec: object) =>
    server.client.patch(Service, { namespace: "default", name }, mergePatch({ spec }), { signal });
  return { server, create, patch };
}

test("services: addresses are given, kept over updates, and refused where they are taken", async () => {
  const { server, create, patch } = await newServer();
  await using _server = server;
  const made = await create("one", {});
  const address = made.spec.clusterIP!;
  assert.match(address, /^10\.96\./);
  assert.deepEqual(made.spec.clusterIPs, [address]);
  assert.deepEqual([made.spec.ipFamilies, made.spec.ipFamilyPolicy], [["IPv4"], "SingleStack"]);
  const changed = await patch("one", { selector: { app: "x" } });
  assert.equal(changed.spec.clusterIP, address);
  await assert.rejects(create("two", { clusterIP: address }), /provided IP is already allocated/);
  await assert.rejects(create("two", { clusterIP: "10.1.2.3" }), /does not match the current range/);
  await server.client.delete(Service, { namespace: "default", name: "one" }, { signal });
  assert.equal((await create("two", { clusterIP: address })).spec.clusterIP, address, "free once its service is gone");
});

test("services: headless ones and names of elsewhere have no address", async () => {
  const { server, create } = await newServer();
  await using _server = server;
  assert.equal((await create("headless", { clusterIP: "None", selector: { app: "x" } })).spec.clusterIP, "None");
  const external = await create("external", { type: "ExternalName", externalName: "example.com" });
  assert.equal(external.spec.clusterIP, undefined);
});

test("services: node ports come with their types and go with them", async () => {
  const { server, create, patch } = await newServer();
  await using _server = server;
  const made = await create("one", { type: "NodePort", ports: [{ port: 80 }] });
  const { nodePort } = made.spec.ports![0]!;
  assert(nodePort! >= 30000 && nodePort! <= 32767);
  const other = { type: "NodePort", ports: [{ port: 80, nodePort }] };
  await assert.rejects(create("two", other), /provided port is already allocated/);
  await assert.rejects(
    create("two", { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] }),
    /not in the valid range/,
  );
  const plain = await patch("one", { type: "ClusterIP" });
  assert.equal(plain.spec.ports![0]!.nodePort, undefined);
  assert.equal((await create("two", other)).spec.ports![0]!.nodePort, nodePort);
  const both = [
    { name: "tcp", port: 53, protocol: "TCP" },
    { name: "udp", port: 53, protocol: "UDP" },
  ];
  const dns = await create("dns", { type: "NodePort", ports: both });
  assert.equal(dns.spec.ports![0]!.nodePort, dns.spec.ports![1]!.nodePort, "one number for both protocols");
});
