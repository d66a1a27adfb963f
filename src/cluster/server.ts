import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { podConnects } from "../apiserver/connect.ts";
import { doorsOfNodes } from "../apiserver/node-doors.ts";
import { proxies, readyEndpoint } from "../apiserver/proxies.ts";
import { lookupIn } from "../apiserver/admission/lookup.ts";
import { defaultSettings } from "../apiserver/server.ts";
import { SERVER_NAMES } from "../apiserver/server-names.ts";
import { serviceAddress } from "../apiserver/services/range.ts";
import type { NetworkMode } from "../network/plan.ts";
import { objectCodec } from "../apiserver/storage/codec.ts";
import { parseIpRanges } from "../base/ip-range.ts";
import type { Log } from "../base/log.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { createClient } from "../client/client.ts";
import { allControllers } from "../controllers/all.ts";
import { createClock } from "../host/node/clock.ts";
import { readDescriptions } from "../host/node/descriptions.ts";
import { replaceFile } from "../host/node/disk/whole-file.ts";
import { createForwarder } from "../host/node/http/forwarder.ts";
import { createNodeConnection } from "../host/node/http/node-connection.ts";
import { type Listeners, serveByListeners } from "../host/node/http/listeners.ts";
import { createRemoteServers } from "../host/node/http/remote-servers.ts";
import { createWebhookCaller } from "../host/node/http/webhook-caller.ts";
import { ownAddresses } from "../host/node/machine/networks.ts";
import type { KeyPair } from "../host/node/pki/certificate.ts";
import { openPki, type PkiDirectory } from "../host/node/pki/directory.ts";
import { certificateSigner } from "../host/node/pki/sign-request.ts";
import { buildKubeconfig } from "../host/node/pki/kubeconfig.ts";
import { createTokenSigner } from "../host/node/pki/token-signer.ts";
import { secureRandom } from "../host/node/random.ts";
import { openSqliteEngine } from "../host/node/sqlite/engine.ts";
import { dnsSubdomain } from "../machinery/formats.ts";
import type { KubeObject } from "../machinery/object.ts";
import { memoryEngine } from "../store/memory-engine.ts";
import { compactRegularly } from "../store/compactor.ts";
import { openStore } from "../store/store.ts";
import { clientCertificate } from "./client-certificate.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { DNS_INDEX } from "./dns-address.ts";
import { ensureClusterConfiguration, networksOf } from "./cluster-configuration.ts";
import { ensureClusterInfo } from "./cluster-info.ts";
import { ensureDnsService } from "./dns-service.ts";
import { ensureExtensionAuthentication, FRONT_PROXY } from "./extension-authentication.ts";
import { KUBELET_PORT } from "./kubelet-port.ts";
import { loopbackUser } from "./identities.ts";
import { placesOf } from "./places.ts";

export interface ServerOptions {
  readonly dataDirectory: string;
  /** The address that nodes and pods reach this machine by. */
  readonly address: string;
  readonly port: number;
  readonly store: "sqlite" | "memory";
  readonly serviceCidr: string;
  readonly podCidr: string;
  /** How packets come to the pods of other nodes: told to nodes that join. Default: auto. */
  readonly network?: NetworkMode;
  /** What this machine is called as a node, if it is one. */
  readonly ownNode?: string | undefined;
  /**
   * Addresses for services of type LoadBalancer, such as `192.0.2.100-192.0.2.120`; without a range, those of the live nodes.
   * Absent: such services wait for somebody else.
   */
  readonly loadBalancer?: { readonly range?: string };
  /** For how long nothing may be heard of a node, in ms. Default: Kubernetes' 50 s. */
  readonly nodeGraceMs?: number;
  /** How many imagined nodes run in this process, in a thread of their own. */
  readonly simulate: number;
  /** False: the API alone, without scheduler and loops but for those that belong to Kubernetes' API server. */
  readonly loops?: boolean;
  readonly log: Log;
}

export interface RunningServer extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly tasks: TaskGroup;
  readonly pki: PkiDirectory;
  readonly url: string;
}

/** The server process: the API over TLS, its store, the loops and the scheduler. Resolves once it answers. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log, address, port, loops = true } = options;
  const places = placesOf(options.dataDirectory);
  mkdirSync(places.root, { recursive: true, mode: 0o700 });
  const clock = createClock({ holdProcess: true });
  const pki = openPki(places.pki, () => clock.now());
  await using opened = new AsyncDisposableStack();
  const engine = options.store === "memory" ? memoryEngine() : await openSqliteEngine({ directory: places.store });
  const store = opened.use(await openStore<KubeObject>({ engine, codec: objectCodec({ frozen: false }), clock, log }));
  const client = clientCertificate(pki, "kubelet-client", "kube-apiserver-kubelet-client", []);
  const nodeTls = { ca: pki.authority.certificate, certificate: client.certificate, key: client.key };
  const nodes = opened.use(createNodeConnection(nodeTls));
  const lookup = lookupIn(store);
  // A machine that is a node itself has routes to pods.
  const doorTo = options.ownNode === undefined ? doorsOfNodes(lookup) : () => undefined;
  const ways = { doorTo, tls: nodeTls };
  const forwarder = opened.use(createForwarder(ways));
  const webhooks = opened.use(
    createWebhookCaller({
      locate: ({ namespace, name, port }) => readyEndpoint(lookup, namespace, name, String(port)),
      ways,
    }),
  );
  const frontProxy = clientCertificate(pki.frontProxy(), FRONT_PROXY, FRONT_PROXY, []);
  const remotes = opened.use(createRemoteServers(frontProxy, ways));
  const signer = createTokenSigner(pki.serviceAccountKey);
  const certificates = certificateSigner(pki.authority);
  const authority = pki.authority.certificate;
  const plane = opened.use(
    await startControlPlane({
      store,
      clock,
      random: secureRandom(),
      log,
      signer,
      keySet: signer.keySet,
      settings: { ...defaultSettings, serviceCidr: options.serviceCidr, address: `${address}:${port}` },
      endpoint: { address, port },
      certificates,
      describe: readDescriptions(),
      connects: (authorizer, admission) => [
        podConnects({ lookup, authorizer, admission, nodes }),
        proxies({ lookup, authorizer, admission, forwarder, nodes }),
      ],
      webhooks,
      remotes,
      controllers: ({ registry, aggregator }) =>
        allControllers({ ...loopOptions(options), registry, aggregator, rootCa: authority, certificates }).filter(
          ({ user }) => loops || user === loopbackUser.name,
        ),
      scheduler: loops,
    }),
  );
  await tellOfCluster(options, pki, plane);
  plane.tasks.spawn((signal) => compactRegularly(store, clock, signal));
  if (engine.alive !== undefined) plane.tasks.spawn((signal) => engine.alive!(signal));
  await startImaginedNodes(options, plane);
  const http = opened.adopt(await listen(options, pki, plane), (listeners) => listeners.close());
  const url = `https://127.0.0.1:${http.address.port}`;
  writeAdminKubeconfig(places.kubeconfig, pki, url);
  const owned = opened.move();
  return { plane, tasks: plane.tasks, pki, url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The API over TLS, under all names of this machine. A thread of it that dies is the control plane's failure. */
async function listen(
  { address, port, serviceCidr, log }: ServerOptions,
  pki: PkiDirectory,
  { server, tasks }: ControlPlane,
): Promise<Listeners> {
  const names = [address, ...(await ownAddresses()), ...hostNames(), serviceAddress(serviceCidr, 1)];
  const serving = servingCertificate(pki, names);
  const listeners = await serveByListeners({
    handler: server.handle,
    port,
    host: "0.0.0.0",
    tls: { key: serving.key, cert: serving.certificate, clientCa: pki.authority.certificate },
    log: log.with({ component: "http" }),
  });
  tasks.spawn((signal) => listeners.alive(signal));
  return listeners;
}

/** Writes what nodes and pods find the cluster by. */
async function tellOfCluster(
  options: ServerOptions,
  pki: PkiDirectory,
  { server, tasks }: ControlPlane,
): Promise<void> {
  const { signal } = tasks;
  const authority = pki.authority.certificate;
  const client = createClient(server.transport(loopbackUser, "kube-apiserver"));
  const endpoint = `${options.address}:${options.port}`;
  await ensureDnsService(client, serviceAddress(options.serviceCidr, DNS_INDEX), signal);
  await ensureClusterInfo(client, { server: `https://${endpoint}`, authority }, signal);
  const authorities = { clients: authority, frontProxy: pki.frontProxy().authority.certificate };
  await ensureExtensionAuthentication(client, authorities, signal);
  const networks = networksOf({ ...options, loadBalancerRange: options.loadBalancer?.range });
  await ensureClusterConfiguration(client, networks, endpoint, signal);
}

/** What the loops are told of the cluster. */
function loopOptions({ port, podCidr, ownNode, loadBalancer, nodeGraceMs }: ServerOptions) {
  const ranges = loadBalancer?.range === undefined ? undefined : parseIpRanges(loadBalancer.range);
  const reservedPorts = [port, KUBELET_PORT].map((number) => `TCP/${number}`);
  return {
    podCidr,
    ownNode,
    ...(loadBalancer === undefined ? {} : { loadBalancer: { ranges, reservedPorts } }),
    ...(nodeGraceMs === undefined ? {} : { nodeGraceMs }),
  };
}

/** Nodes whose containers are imagined, on the same control plane. */
async function startImaginedNodes({ simulate, log }: ServerOptions, { server, tasks }: ControlPlane): Promise<void> {
  if (simulate === 0) return;
  const { startSimulatedNodesThread } = await import("./simulated-nodes-thread.ts");
  await startSimulatedNodesThread({ count: simulate, server, log: log.with({ component: "simulated-nodes" }), tasks });
}

function hostNames(): readonly string[] {
  return [hostname().toLowerCase()].filter((name) => dnsSubdomain(name).length === 0);
}

function servingCertificate(pki: PkiDirectory, names: readonly string[]): KeyPair {
  return pki.certificate("apiserver", {
    subject: { commonName: "kube-apiserver" },
    usages: ["server auth"],
    names: [...new Set([...SERVER_NAMES, "127.0.0.1", "::1", ...names])],
  });
}

function writeAdminKubeconfig(path: string, pki: PkiDirectory, server: string): void {
  const user = clientCertificate(pki, "admin", "kubernetes-admin", ["system:masters"]);
  const text = buildKubeconfig({ name: "wherry", server, authority: pki.authority.certificate, user });
  replaceFile(path, text);
}
