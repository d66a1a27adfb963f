import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { Resolver } from "node:dns/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as dnsPacket from "dns-packet";
import { facts } from "../../../api/generated/resources.ts";
import { defineKind } from "../../../api/kind.ts";
import { silentLog } from "../../../base/log.ts";
import { seededRandom } from "../../../base/random.ts";
import { TaskGroup } from "../../../base/task-group.ts";
import { startInformer } from "../../../client/informer.ts";
import { startDns } from "../../../dns/dns.ts";
import type { Upstreams } from "../../../dns/forwarder.ts";
import { testService, testSlice } from "../../../proxy/testing.ts";
import { createObjectFeed } from "../../sim/object-feed.ts";
import { createClock } from "../clock.ts";
import { dnsPacketCodec } from "./codec.ts";
import { framed, startDnsServer } from "./server.ts";
import { createHostUpstreams, nameServers } from "./upstreams.ts";

const D = "default.svc.cluster.local";

/** A server of the cluster's names on loopback. @param upstreams by default none */
async function openServer(upstreams: Partial<Upstreams> = {}) {
  const owned = new AsyncDisposableStack();
  const feed = createObjectFeed();
  const tasks = owned.use(new TaskGroup());
  const parts = {
    client: feed.client,
    clock: createClock({ holdProcess: false }),
    random: seededRandom(7),
    log: silentLog,
    tasks,
  };
  const dns = startDns({
    ...parts,
    services: startInformer(defineKind(facts.core.v1.Service), parts),
    slices: startInformer(defineKind(facts.discovery.v1.EndpointSlice), parts),
    namespaces: startInformer(defineKind(facts.core.v1.Namespace), parts),
    config: { domain: "cluster.local", ttl: 5, serverAddresses: ["10.96.0.10"] },
    codec: dnsPacketCodec,
    upstreams: { servers: () => [], exchange: () => Promise.reject(new Error("no server")), ...upstreams },
  });
  const web = testService("web", { clusterIP: "10.96.0.1" });
  feed.put({ apiVersion: "v1", kind: "Namespace", metadata: { ...web.metadata, namespace: "", name: "default" } });
  await dns.ready;
  const server = owned.use(await startDnsServer({ dns, addresses: ["127.0.0.1"], port: 0, log: silentLog }));
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.port}`]);
  return { feed, port: server.port, resolver, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Sends a message by UDP and gives the response, decoded. */
async function exchange(
  port: number,
  packet: Uint8Array,
): Promise<dnsPacket.DecodedPacket & { readonly bytes: number }> {
  const socket = createSocket("udp4");
  try {
    socket.send(packet, port, "127.0.0.1");
    const [message] = (await once(socket, "message", { signal: AbortSignal.timeout(5_000) })) as [Buffer];
    return { ...dnsPacket.decode(message), bytes: message.length };
  } finally {
    socket.close();
  }
}

function query(name: string, type: string, more: Partial<dnsPacket.Packet> = {}): Buffer {
  const questions = [{ name, type: type as dnsPacket.RecordType }];
  return dnsPacket.encode({ type: "query", id: 77, flags: dnsPacket.RECURSION_DESIRED, questions, ...more });
}

const edns = (udpPayloadSize: number, ednsVersion = 0) =>
  ({
    type: "OPT",
    name: ".",
    udpPayloadSize,
    ednsVersion,
    extendedRcode: 0,
    flags: 0,
    options: [],
  }) as unknown as dnsPacket.Answer;

/** Response codes are 4 bits of the flags. */
const codeOf = ({ flags }: dnsPacket.DecodedPacket) => flags! & 0xf;

test("dns: a resolver finds services, ports, endpoints and addresses, and changes at once", async () => {
  await using world = await openServer();
  const { feed, resolver } = world;
  const ports = [{ name: "http", port: 80 }];
  feed.put(testService("web", { clusterIP: "10.96.0.1", ports }), testService("peers", { clusterIP: "None", ports }));
  feed.put(
    testSlice("peers", [{ address: "10.244.1.1", hostname: "db-0" }], {
      ports: [{ name: "http", port: 80, protocol: "TCP" }],
    }),
  );
  await new Promise(setImmediate);
  assert.deepEqual(await resolver.resolve4(`web.${D}`), ["10.96.0.1"]);
  const [target] = await resolver.resolveSrv(`_http._tcp.web.${D}`);
  assert.deepEqual([target!.name, target!.port, target!.weight], [`web.${D}`, 80, 100]);
  assert.deepEqual(await resolver.resolve4(`db-0.peers.${D}`), ["10.244.1.1"]);
  assert.deepEqual(await resolver.reverse("10.96.0.1"), [`web.${D}`]);
  assert.deepEqual(await resolver.resolveTxt("dns-version.cluster.local"), [["1.1.0"]]);
  await assert.rejects(resolver.resolve6(`web.${D}`), { code: "ENODATA" });
  await assert.rejects(resolver.resolve4(`gone.${D}`), { code: "ENOTFOUND" });
  feed.put(testSlice("peers", [{ address: "10.244.1.2", hostname: "db-0" }]));
  await new Promise(setImmediate);
  assert.deepEqual(await resolver.resolve4(`db-0.peers.${D}`), ["10.244.1.2"]);
});

test("dns: a long answer is cut by UDP, and whole by EDNS and by TCP", async () => {
  await using world = await openServer();
  const addresses = Array.from({ length: 60 }, (_, index) => ({ address: `10.244.2.${index}` }));
  world.feed.put(testService("many", { clusterIP: "None" }), testSlice("many", addresses));
  await new Promise(setImmediate);
  const cut = await exchange(world.port, query(`many.${D}`, "A"));
  assert(cut.flag_tc && cut.bytes <= 512 && cut.answers!.length > 0);
  const whole = await exchange(world.port, query(`many.${D}`, "A", { additionals: [edns(4096)] }));
  assert(!whole.flag_tc);
  assert.equal(whole.answers!.length, 60);
  assert.equal(whole.additionals![0]!.type, "OPT");
  assert.equal((await world.resolver.resolve4(`many.${D}`)).length, 60, "the resolver goes on by TCP");
});

test("dns: several questions in one TCP connection", async () => {
  await using world = await openServer();
  const socket = connect(world.port, "127.0.0.1");
  const both = Buffer.concat([
    framed(query("cluster.local", "SOA")),
    framed(query("dns-version.cluster.local", "TXT")),
  ]);
  socket.write(both.subarray(0, 20));
  socket.write(both.subarray(20));
  let received = Buffer.alloc(0);
  const answers: dnsPacket.DecodedPacket[] = [];
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      answers.push(dnsPacket.decode(received.subarray(2, 2 + received.readUInt16BE(0))));
      received = received.subarray(2 + received.readUInt16BE(0));
    }
    if (answers.length === 2) break;
  }
  assert.deepEqual(answers.map((answer) => answer.answers![0]!.type).toSorted(), ["SOA", "TXT"]);
});

test("dns: what makes no sense is refused with the right code", async () => {
  await using world = await openServer();
  const { port } = world;
  const header = await exchange(port, query(`none.${D}`, "A"));
  assert(header.flag_aa && header.flag_ra && header.flag_rd && header.id === 77);
  assert.equal(codeOf(header), 3);
  assert.equal(header.authorities![0]!.type, "SOA");
  assert.equal(codeOf(await exchange(port, query("cluster.local", "AXFR"))), 5);
  assert.equal(
    codeOf(
      await exchange(
        port,
        query("version.bind", "TXT", { questions: [{ name: "version.bind", type: "TXT", class: "CH" }] }),
      ),
    ),
    5,
  );
  assert.equal(codeOf(await exchange(port, query("cluster.local", "A", { flags: 4 << 11 }))), 4);
  assert.equal(codeOf(await exchange(port, query("cluster.local", "A", { questions: [] }))), 1);
  assert.equal(codeOf(await exchange(port, query(`web.${D}`, "A").subarray(0, 20))), 1);
  const future = await exchange(port, query("cluster.local", "A", { additionals: [edns(4096, 1)] }));
  assert.equal((future.additionals![0] as unknown as { readonly extendedRcode: number }).extendedRcode, 1);
  assert.equal(codeOf(await exchange(port, query("example.com", "A"))), 2, "no server upstream: at once");
});

test("dns: other names go to the servers of the host, each question once", async () => {
  await using upstream = createSocket("udp4");
  let asked = 0;
  upstream.on("message", (message, client) => {
    asked += 1;
    const { id, questions } = dnsPacket.decode(message);
    const { name } = questions![0]!;
    const answers: dnsPacket.Answer[] = [{ type: "A", name, ttl: 60, data: "192.0.2.1" }];
    upstream.send(
      dnsPacket.encode({ type: "response", id: id!, questions: questions!, answers }),
      client.port,
      client.address,
    );
  });
  upstream.bind(0, "127.0.0.1");
  await once(upstream, "listening");
  const real = createHostUpstreams({ resolvConf: "/nonexistent", ownAddresses: [] });
  const server = `127.0.0.1 ${upstream.address().port}`;
  await using world = await openServer({ ...real, servers: () => [server] });
  const answers = await Promise.all([1, 2, 3].map(() => world.resolver.resolve4("Example.com", { ttl: true })));
  assert.deepEqual(
    answers.flat().map(({ address }) => address),
    ["192.0.2.1", "192.0.2.1", "192.0.2.1"],
  );
  await world.resolver.resolve4("example.com");
  assert.equal(asked, 1);
  const response = await exchange(world.port, query("eXample.com", "A"));
  assert.equal(response.questions![0]!.name, "eXample.com", "the question comes back as it was spelled");
  assert.deepEqual(response.additionals, [], "no EDNS for who does not speak it");
  world.feed.put(testService("outside", { type: "ExternalName", externalName: "example.com" }));
  await new Promise(setImmediate);
  const followed = await exchange(world.port, query(`outside.${D}`, "A"));
  assert.deepEqual(
    followed.answers!.map(({ type, name }) => `${type} ${name}`),
    [`CNAME outside.${D}`, "A example.com"],
  );
});

test("dns: the next server answers for one that does not", async () => {
  const asked: string[] = [];
  await using world = await openServer({
    servers: () => ["dead", "refusing", "good"],
    async exchange(server, packet) {
      asked.push(server);
      if (server === "dead") throw new Error("ECONNREFUSED");
      const { id, questions } = dnsPacket.decode(Buffer.from(packet));
      if (server === "refusing")
        return dnsPacket.encode({ type: "response", id: id!, flags: 5, questions: questions! });
      return dnsPacket.encode({ type: "response", id: id!, flags: 3, questions: questions! });
    },
  });
  assert.equal(codeOf(await exchange(world.port, query("a.example", "A"))), 3);
  asked.length = 0;
  assert.equal(codeOf(await exchange(world.port, query("b.example", "A"))), 3);
  assert.deepEqual(asked, ["refusing", "good"], "a silent one is left out for a while");
});

test("dns: a server upstream that asks us again gets no answer, and makes no storm", async () => {
  let exchanges = 0;
  let port = 0;
  const real = createHostUpstreams({ resolvConf: "/nonexistent", ownAddresses: [] });
  await using world = await openServer({
    servers: () => [`127.0.0.1 ${port}`],
    exchange(server, packet, { protocol }) {
      exchanges += 1;
      return real.exchange(server, packet, { protocol, signal: AbortSignal.timeout(100) });
    },
  });
  port = world.port;
  assert.equal(codeOf(await exchange(port, query("example.com", "A"))), 2);
  assert(exchanges <= 8, `${exchanges} exchanges`);
});

test("dns: the host's servers are read from resolv.conf, whenever it changes", async () => {
  assert.deepEqual(
    nameServers("# nameserver 1.1.1.1\nnameserver 192.0.2.1\n nameserver\tfe80::1%eth0\nnameserver nonsense\nsearch a"),
    ["192.0.2.1", "fe80::1%eth0"],
  );
  const directory = await mkdtemp(join(tmpdir(), "wherry-dns-"));
  try {
    const resolvConf = join(directory, "resolv.conf");
    const upstreams = createHostUpstreams({ resolvConf, ownAddresses: ["10.96.0.10"] });
    assert.deepEqual(upstreams.servers(), []);
    await writeFile(resolvConf, "nameserver 192.0.2.1\nnameserver 10.96.0.10\n");
    assert.deepEqual(upstreams.servers(), ["192.0.2.1"]);
    await writeFile(resolvConf, "nameserver 192.0.2.22\n");
    assert.deepEqual(upstreams.servers(), ["192.0.2.22"]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
