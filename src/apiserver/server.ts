import type { CertificateReader } from "../api/certificates/reader.ts";
import { builtInKinds } from "../api/kinds.ts";
import { createRegistry, type KindRegistry } from "../api/registry.ts";
import { ResourceQuota } from "../api/core/v1/resource-quota.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { Transport } from "../client/call.ts";
import { createClient } from "../client/client.ts";
import type { KubeObject } from "../machinery/object.ts";
import { serviceUnavailable } from "../machinery/status.ts";
import type { Store } from "../store/contract.ts";
import { type Admission, type AdmissionPlugin, createAdmission } from "./admission/admission.ts";
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from "./admission/certificates.ts";
import { claimResize } from "./admission/claim-resize.ts";
import { defaultIngressClass, defaultStorageClass } from "./admission/default-classes.ts";
import { defaultTolerations } from "./admission/default-tolerations.ts";
import { lookupIn } from "./admission/lookup.ts";
import { namespaceLifecycle } from "./admission/namespace-lifecycle.ts";
import { limitRanger } from "./admission/limit-ranger.ts";
import { nodeRestriction } from "./admission/node-restriction/node-restriction.ts";
import { nodeTaint } from "./admission/node-taint.ts";
import { storageProtection } from "./admission/storage-protection.ts";
import { topologyLabels } from "./admission/topology-labels.ts";
import { mutatingPolicies } from "./admission/policies/mutating.ts";
import { paramAccess } from "./admission/policies/param-access.ts";
import { validatingPolicies } from "./admission/policies/validating.ts";
import { equivalentsIn } from "./admission/policies/versions.ts";
import { podSecurity } from "./admission/pod-security/pod-security.ts";
import { priority } from "./admission/priority.ts";
import { rbacEscalation } from "./admission/rbac-escalation.ts";
import { resourceQuota, type WriteUsage } from "./admission/resource-quota.ts";
import { runtimeClass } from "./admission/runtime-class.ts";
import { serviceAccount } from "./admission/service-account.ts";
import type { WebhookCaller } from "./admission/webhooks/call.ts";
import { mutatingWebhooks, validatingWebhooks } from "./admission/webhooks/webhooks.ts";
import { type Aggregator, createAggregator } from "./aggregation/aggregator.ts";
import type { RemoteServers } from "./aggregation/remote.ts";
import { answeredKinds, tokenSubresource } from "./answered.ts";
import { bootstrapTokens } from "./auth/bootstrap-token.ts";
import { type Authenticator, createAuthenticator } from "./auth/authenticate.ts";
import { createNodeAuthorizer } from "./auth/node.ts";
import { nodeObjects } from "./auth/node-objects.ts";
import { createRbac, type Rbac } from "./auth/rbac.ts";
import { type BoundObjects, serviceAccountTokens } from "./auth/service-account-token.ts";
import { anyToken } from "./auth/token.ts";
import { anyAuthorizer } from "./auth/union.ts";
import type { Authorizer, User } from "./auth/user.ts";
import { webhookConversion } from "./conversion/webhook-conversion.ts";
import { type ConversionOf, serveCustomKinds } from "./custom-kinds.ts";
import { createFrameCache } from "./encode/watch.ts";
import { type ConnectHandler, createHandler, type Handler } from "./handle.ts";
import type { HealthCheck } from "./health.ts";
import { inProcessTransport } from "./in-process.ts";
import { createMetrics } from "./metrics.ts";
import type { Describe } from "./openapi/describe.ts";
import { pathHandlers } from "./paths.ts";
import { admitting, createPerform, type Perform, type SubresourceHandler } from "./perform.ts";
import { roleSource } from "./role-source.ts";
import { serviceAddresses } from "./services/addresses.ts";
import { bindByCollection, bindPod } from "./storage/binding.ts";
import type { StorageContext } from "./storage/context.ts";
import { evictPod } from "./storage/eviction.ts";
import { scaleObject } from "./storage/scale.ts";
import type { TokenSigner } from "./tokens.ts";

export interface ApiServerParts {
  readonly store: Store<KubeObject>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Owns what the server runs in the background. */
  readonly tasks: TaskGroup;
  readonly signer: TokenSigner;
  /** The public halves of the signer's keys, for those who check tokens by themselves: `/openid/v1/jwks`. */
  readonly keySet?: object;
  readonly settings: ApiServerSettings;
  /** Reads what is to be signed, where there is cryptography. */
  readonly certificates?: CertificateReader;
  /** Answers logs, exec and proxies, where there are nodes to ask. */
  readonly connects?: (authorizer: Authorizer, admission: Admission) => readonly ConnectHandler[];
  /** Asks admission webhooks, where there is a network. */
  readonly webhooks?: WebhookCaller;
  /** Sends on what other API servers of the cluster answer for, where there is a network. */
  readonly remotes?: RemoteServers;
  readonly checks?: readonly HealthCheck[];
  /** The documentation of fields, for OpenAPI. */
  readonly describe?: Describe;
}

export interface ApiServerSettings {
  readonly serviceCidr: string;
  readonly nodePorts: { readonly first: number; readonly last: number };
  /** Whose tokens these are, and what they are good for if they do not say. */
  readonly issuer: string;
  /** `host:port` under which clients find the server, for discovery. */
  readonly address: string;
}

export const defaultSettings: ApiServerSettings = {
  serviceCidr: "10.96.0.0/16",
  nodePorts: { first: 30000, last: 32767 },
  issuer: "https://kubernetes.default.svc.cluster.local",
  address: "127.0.0.1:6443",
};

/** An API server without any carrier: functions over a store. */
export interface ApiServer {
  readonly registry: KindRegistry;
  readonly authorizer: Authorizer;
  readonly authenticator: Authenticator;
  readonly aggregator: Aggregator;
  readonly perform: Perform;
  /** The way in for carriers: HTTP, a browser, a test. */
  readonly handle: Handler;
  /** The way in for a component of this process, under its own identity. */
  transport(user: User, userAgent: string): Transport;
}

export function createApiServer(parts: ApiServerParts): ApiServer {
  const { store, clock, random, tasks, settings, describe = () => undefined } = parts;
  const now = () => clock.now();
  const registry = createRegistry(builtInKinds());
  serveCustomKinds({ store, registry, tasks, conversionOf: conversionsBy(parts) });
  const rbac = createRbac(roleSource(store, tasks));
  const authorizer = anyAuthorizer([createNodeAuthorizer(nodeObjects(store, tasks)), rbac]);
  const { tokens, authenticator } = authentication(parts);
  const admission = admissionOf(parts, {
    registry,
    rbac,
    authorizer,
    writeUsage: (quota, status) => writeUsage(quota, status),
  });
  const context: StorageContext = {
    store,
    registry,
    admission,
    clock,
    random: random.stream("objects"),
    ...(parts.certificates === undefined ? {} : { certificates: parts.certificates }),
  };
  const subresources = new Map<string, SubresourceHandler>([
    ...SUBRESOURCES,
    ["serviceaccounts/token", tokenSubresource({ ...tokens, random: random.stream("tokens") }, now)],
  ]);
  const metrics = createMetrics();
  const answered = new Map([...answeredKinds({ authenticator, authorizer, now }), ["bindings", bindByCollection]]);
  const performServed = createPerform({ context, subresources, answered });
  const perform = admitting(authorizer, performServed);
  const itself = createClient(inProcessTransport(perform, { clock, user: SERVER, userAgent: "kube-apiserver" }));
  const writeUsage: WriteUsage = (quota, status) =>
    itself.setStatus(ResourceQuota, quota, status, { signal: tasks.signal });
  const encoding = { describe, frames: createFrameCache(), now, turn: () => clock.turn() };
  const aggregator = createAggregator({ lookup: lookupIn(store), remotes: parts.remotes ?? nobody, clock }, registry);
  const paths = pathHandlers({
    registry,
    discovered: aggregator.discovered,
    describe,
    store,
    metrics,
    keySet: parts.keySet,
    settings,
    checks: parts.checks ?? [],
  });
  const handle = createHandler({
    registry,
    aggregated: (request, user) => aggregator.answer(request, user),
    authenticator,
    authorizer,
    perform: performServed,
    metrics,
    encoding,
    paths,
    connects: parts.connects?.(authorizer, admission) ?? [],
    clock,
    log: parts.log,
  });
  return {
    registry,
    authorizer,
    authenticator,
    aggregator,
    perform,
    handle,
    transport: (user, userAgent) => inProcessTransport(perform, { clock, user, userAgent }),
  };
}

/** How users are known, and what their tokens are made with. */
function authentication({ store, signer, settings }: ApiServerParts) {
  const objects = boundObjects(store);
  const apiAudiences = [settings.issuer];
  const tokens = { signer, objects, issuer: settings.issuer, apiAudiences };
  const authenticator = createAuthenticator({
    tokens: anyToken([serviceAccountTokens(tokens), bootstrapTokens(objects)]),
    apiAudiences,
    anonymous: true,
  });
  return { tokens, authenticator };
}

const SUBRESOURCES: readonly (readonly [string, SubresourceHandler])[] = [
  ["pods/binding", bindPod],
  ["pods/eviction", evictPod],
  ["*/scale", scaleObject],
];

/** As whom the server writes what its admission keeps count of. */
const SERVER: User = { name: "system:apiserver", uid: "", groups: ["system:masters"], extra: {} };

interface AdmissionNeeds {
  readonly registry: KindRegistry;
  readonly rbac: Rbac;
  readonly authorizer: Authorizer;
  readonly writeUsage: WriteUsage;
}

function admissionOf(
  { store, clock, random, settings, certificates, webhooks = noNetwork }: ApiServerParts,
  { registry, rbac, authorizer, writeUsage }: AdmissionNeeds,
): Admission {
  const lookup = lookupIn(store);
  const asked = { lookup, authorizer, caller: webhooks, random: random.stream("webhooks") };
  const policyParts = { lookup, authorizer, registry, equivalents: equivalentsIn(registry) };
  const changing = mutatingPolicies(policyParts);
  const plugins: readonly AdmissionPlugin[] = [
    namespaceLifecycle(lookup),
    limitRanger(lookup),
    serviceAccount(lookup, clock, random.stream("service-account")),
    nodeRestriction({ lookup, authorizer, certificates }),
    nodeTaint,
    podSecurity(lookup, clock),
    priority(lookup),
    defaultTolerations,
    defaultStorageClass(lookup),
    storageProtection,
    claimResize(lookup),
    runtimeClass(lookup),
    rbacEscalation(rbac, authorizer),
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    certificateSubjectRestriction(certificates),
    defaultIngressClass(lookup),
    topologyLabels(lookup),
    changing.first,
    mutatingWebhooks(asked),
    changing.again,
    serviceAddresses(settings, lookup, clock, random.stream("service-addresses")),
    paramAccess(policyParts),
    validatingPolicies(policyParts),
    validatingWebhooks(asked),
    // The last: what is charged is written, unless its name is taken.
    resourceQuota(lookup, clock, writeUsage),
  ];
  return createAdmission(plugins);
}

function conversionsBy({ webhooks = noNetwork, random }: ApiServerParts): ConversionOf {
  const asked = { caller: webhooks, random: random.stream("conversions") };
  return (definition) => webhookConversion(definition, asked);
}

const nobody: RemoteServers = {
  forward: () => Promise.reject(serviceUnavailable("there is no network here")),
};

const noNetwork: WebhookCaller = {
  post: ({ url }) => Promise.reject(new Error(`Post "${url}": there is no network here`)),
};

function boundObjects(store: Store<KubeObject>): BoundObjects {
  return {
    get: (resource, namespace, name) =>
      store.get(`core/${resource}/${namespace === "" ? "" : `${namespace}/`}${name}`)?.value,
  };
}
