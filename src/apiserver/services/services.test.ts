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
import { addressText, numberOf, parseRange, parseRanges } from "./range.ts";

const { signal } = new AbortController();

test("range: addresses as numbers and back", () => {
  const range = parseRange("10.96.0.0/24");
  assert.deepEqual([addressText(range, range.first), addressText(range, range.last)], ["10.96.0.1", "10.96.0.254"]);
  assert.deepEqual(
    ["10.96.0.7", "10.96.0.0", "10.96.1.0", "10.95.255.255", "fd00::1"].map((text) => numberOf(range, text)),
    [7, 0, undefined, undefined, undefined],
  );
  const six = parseRange("fd00:96::/112");
  assert.deepEqual([addressText(six, six.first), addressText(six, six.last)], ["fd00:96::1", "fd00:96::ffff"]);
  assert.equal(numberOf(six, "fd00:96::a"), 10);
  assert.throws(() => parseRange("10.96.0.0"), /not a range/);
  assert.throws(() => parseRanges("10.96.0.0/16,10.97.0.0/16"), /two networks of one family/);
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

async function newServer(settings: { readonly serviceCidr?: string } = {}) {
  const server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner, settings });
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

test("services: dual-stack ones get an address of each family, and let go of the second when asked to", async () => {
  const { server, create, patch } = await newServer({ serviceCidr: "10.96.0.0/16,fd00:10:96::/112" });
  await using _server = server;
  const familiesOf = ({ spec }: Service) => [
    spec.ipFamilyPolicy,
    spec.ipFamilies,
    spec.clusterIPs?.map((ip) => (ip.startsWith("fd00:10:96::") ? "IPv6" : "IPv4")),
  ];
  const both = ["IPv4", "IPv6"];
  const selector = { app: "x" };
  assert.deepEqual(familiesOf(await create("plain", { selector })), ["SingleStack", ["IPv4"], ["IPv4"]]);
  const preferred = await create("preferred", { selector, ipFamilyPolicy: "PreferDualStack" });
  assert.deepEqual(familiesOf(preferred), ["PreferDualStack", both, both]);
  assert.equal(preferred.spec.clusterIP, preferred.spec.clusterIPs![0]);
  const six = await create("six", { selector, ipFamilies: ["IPv6"], ipFamilyPolicy: "RequireDualStack" });
  assert.deepEqual(familiesOf(six), ["RequireDualStack", both.toReversed(), both.toReversed()]);
  const [, second] = preferred.spec.clusterIPs!;
  await assert.rejects(create("taken", { selector, clusterIP: second }), /provided IP is already allocated/);
  await assert.rejects(
    patch("preferred", { ipFamilies: ["IPv4"] }),
    /must be 'SingleStack' to release the secondary IP/,
  );
  const single = await patch("preferred", { ipFamilyPolicy: "SingleStack" });
  assert.deepEqual(familiesOf(single), ["SingleStack", ["IPv4"], ["IPv4"]]);
  assert.equal(single.spec.clusterIP, preferred.spec.clusterIP);
  assert.equal((await create("taken", { selector, clusterIP: second })).spec.clusterIP, second);
  const again = await patch("preferred", { ipFamilyPolicy: "RequireDualStack" });
  assert.deepEqual(familiesOf(again), ["RequireDualStack", both, both]);
});

test("services: a cluster of one family has none of the other, but who prefers two gets one", async () => {
  const { server, create } = await newServer();
  await using _server = server;
  const selector = { app: "x" };
  const preferred = await create("preferred", { selector, ipFamilyPolicy: "PreferDualStack" });
  assert.deepEqual(preferred.spec.ipFamilies, ["IPv4"]);
  await assert.rejects(
    create("two", { selector, ipFamilyPolicy: "RequireDualStack" }),
    /not configured for dual-stack/,
  );
  await assert.rejects(create("six", { selector, ipFamilies: ["IPv6"] }), /not configured on this cluster/);
  // Whose endpoints are written by hand may have any.
  assert.deepEqual((await create("by-hand", { clusterIP: "None" })).spec.ipFamilies, ["IPv4", "IPv6"]);
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

test("services: what a refused write was given is free again at once", async () => {
  const { server, create, patch } = await newServer();
  await using _server = server;
  const address = "10.96.0.12";
  await create("one", { clusterIP: "None", selector: { app: "x" } });
  await assert.rejects(patch("one", { clusterIP: address, clusterIPs: [address] }), /may not change once set/);
  assert.equal((await create("two", { clusterIP: address })).spec.clusterIP, address);
  const port = { port: 80, nodePort: 30_012 };
  await assert.rejects(create("three", { type: "NodePort", ports: [port, { port: 81 }] }), /name: Required value/);
  await create("three", { type: "NodePort", ports: [port] });
});

test("services: one that is created has no address of its own, even where its name is taken", async () => {
  const { server, create } = await newServer();
  await using _server = server;
  const { clusterIP } = (await create("one", {})).spec;
  await assert.rejects(create("one", { clusterIP }), /provided IP is already allocated/);
});
