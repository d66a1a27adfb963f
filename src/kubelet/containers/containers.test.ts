import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod, Service } from "../../api/generated/core-v1.ts";
import { qosClassOf } from "../../api/core/v1/pod-qos.ts";
import { parseResolvConf, podDns } from "./dns.ts";
import { resourceValue } from "./downward.ts";
import { environment } from "./environment.ts";
import { expand } from "./expand.ts";
import { hostNameOf, kernelHostName } from "./hostname.ts";
import { managedHostsFile } from "./hosts-file.ts";
import { cgroupParent, cpuQuota, cpuShares, linuxResources, podCgroupLimits } from "./resources.ts";
import { containerSecurity } from "./security.ts";
import { serviceVariables } from "./service-variables.ts";

for (const [text, expected] of [
  ["$(A)", "1"],
  ["x$(A)y$(B)", "x1y2"],
  ["$$(A)", "$(A)"],
  ["$(NONE)", "$(NONE)"],
  ["$(A", "$(A"],
  ["$", "$"],
  ["$x", "$x"],
  ["$$$(A)", "$1"],
  ["$$$$(A)", "$$(A)"],
] as const) {
  test(`expand ${text}`, () => {
    assert.equal(
      expand(text, (name) => ({ A: "1", B: "2" })[name]),
      expected,
    );
  });
}

test("service variables: names, links, and the API's always", () => {
  const services = [
    service("default", "kubernetes", "10.96.0.1", [{ name: "https", port: 443, protocol: "TCP" }]),
    service("shop", "redis-master", "10.0.0.11", [{ port: 6379, protocol: "TCP" }]),
    service("shop", "headless", "None", [{ port: 80 }]),
    service("other", "far", "10.0.0.12", [{ port: 80 }]),
  ];
  const all = Object.fromEntries(serviceVariables(services, "shop", true));
  assert.equal(all["KUBERNETES_SERVICE_PORT_HTTPS"], "443");
  assert.equal(all["REDIS_MASTER_SERVICE_HOST"], "10.0.0.11");
  assert.equal(all["REDIS_MASTER_PORT"], "tcp://10.0.0.11:6379");
  assert.equal(all["REDIS_MASTER_PORT_6379_TCP_ADDR"], "10.0.0.11");
  assert.equal(all["FAR_SERVICE_HOST"], undefined);
  assert.deepEqual(
    [...serviceVariables(services, "shop", false).keys()].filter((name) => name.startsWith("REDIS")),
    [],
  );
});

test("environment: sources, order, expansion and what is optional", () => {
  const container = {
    name: "c",
    resources: { limits: { cpu: "1500m", memory: "64Mi" } },
    envFrom: [{ prefix: "P_", configMapRef: { name: "config" } }],
    env: [
      { name: "PLAIN", value: "v" },
      { name: "REFERS", value: "$(PLAIN)-$(P_key)-$(KUBERNETES_SERVICE_HOST)-$(LATER)" },
      { name: "LATER", value: "x" },
      { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "LABEL", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
      { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
      { name: "SECRET", valueFrom: { secretKeyRef: { name: "secret", key: "password" } } },
      { name: "GONE", valueFrom: { configMapKeyRef: { name: "none", key: "k", optional: true } } },
    ],
  } as unknown as Container;
  const sources = {
    services: new Map([["KUBERNETES_SERVICE_HOST", "10.96.0.1"]]),
    facts: { podIPs: ["10.1.0.5"], hostIPs: ["192.168.0.1"], allocatable: { cpu: "8" } },
    configMap: (name: string) => (name === "config" ? ({ data: { key: "value" } } as never) : undefined),
    secret: () => ({ data: { password: btoa("geheim") } }) as never,
  };
  assert.deepEqual(
    Object.fromEntries(environment(pod({}), container, sources).map(({ name, value }) => [name, value])),
    {
      P_key: "value",
      PLAIN: "v",
      REFERS: "v-value-10.96.0.1-$(LATER)",
      LATER: "x",
      IP: "10.1.0.5",
      LABEL: "web",
      CPU: "2",
      MEMORY: "64",
      SECRET: "geheim",
      KUBERNETES_SERVICE_HOST: "10.96.0.1",
    },
  );
  const missing = {
    name: "c",
    env: [{ name: "X", valueFrom: { configMapKeyRef: { name: "config", key: "no" } } }],
  } as unknown as Container;
  assert.throws(() => environment(pod({}), missing, sources), {
    message: "couldn't find key no in ConfigMap default/config",
  });
  const absent = { name: "c", envFrom: [{ configMapRef: { name: "none" } }] } as unknown as Container;
  assert.throws(() => environment(pod({}), absent, sources), { message: 'configmap "none" not found' });
});

test("a limit that is not set is the node's", () => {
  const container = { name: "c", resources: {} } as Container;
  assert.equal(resourceValue({ resource: "limits.cpu" } as never, container, { cpu: "8", memory: "1Gi" }), "8");
  assert.equal(resourceValue({ resource: "requests.cpu" } as never, container, { cpu: "8" }), "0");
});

test("cgroup numbers", () => {
  assert.deepEqual([0, 1, 100, 1000, 1_000_000].map(cpuShares), [2, 2, 102, 1024, 262_144]);
  assert.deepEqual([0, 1, 500, 2000].map(cpuQuota), [0, 1000, 50_000, 200_000]);
});

for (const { name, resources, qos, oom, parent } of [
  { name: "none", resources: {}, qos: "BestEffort", oom: 1000, parent: "/kubepods/besteffort/podu" },
  {
    name: "requests",
    resources: { requests: { memory: "256Mi" } },
    qos: "Burstable",
    oom: 750,
    parent: "/kubepods/burstable/podu",
  },
  {
    name: "equal limits",
    resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
    qos: "Guaranteed",
    oom: -997,
    parent: "/kubepods/podu",
  },
]) {
  test(`quality of service with ${name}`, () => {
    const container = { name: "c", resources } as unknown as Container;
    const one = pod({ containers: [container] });
    assert.equal(qosClassOf(one.spec), qos);
    assert.equal(linuxResources(one, container, 2 ** 30).oomScoreAdjust, oom);
    assert.equal(cgroupParent("", one), parent);
  });
}

test("a pod's own cgroup is limited only if every container is", () => {
  const limited = {
    name: "a",
    resources: { requests: { cpu: "1" }, limits: { cpu: "1", memory: "1Gi" } },
  } as unknown as Container;
  const half = { name: "b", resources: { requests: { cpu: "1" } } } as unknown as Container;
  assert.equal(podCgroupLimits(pod({ containers: [limited, limited] })).memoryLimit, 2 * 2 ** 30);
  assert.equal(podCgroupLimits(pod({ containers: [limited, half] })).memoryLimit, 0);
  assert.equal(podCgroupLimits(pod({ containers: [limited, half] })).cpuShares, 2048);
});

test("names: host, domain and the fully qualified one", () => {
  assert.deepEqual(hostNameOf(pod({ hostname: "h", subdomain: "s" }), "cluster.local"), {
    hostname: "h",
    domain: "s.default.svc.cluster.local",
  });
  assert.equal(kernelHostName({ hostname: "h", domain: "d.e" }, true), "h.d.e");
  assert.throws(
    () => kernelHostName({ hostname: "h".repeat(60), domain: "d.e.f" }, true),
    /^Error: Failed to construct FQDN/,
  );
});

test("/etc/hosts", () => {
  const text = managedHostsFile(["10.0.0.2"], "web", "s.default.svc.cluster.local", [
    { ip: "1.2.3.4", hostnames: ["a", "b"] },
  ]);
  assert.match(text, /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
  assert.match(
    text,
    /\n10\.0\.0\.2\tweb\.s\.default\.svc\.cluster\.local\tweb\n\n# Entries added by HostAliases\.\n1\.2\.3\.4\ta\tb\n$/,
  );
});

test("DNS by policy, with the pod's own settings merged in", () => {
  const host = parseResolvConf("# x\nnameserver 8.8.8.8\nsearch example.org.\noptions ndots:2 timeout:1\n");
  assert.deepEqual(host, { servers: ["8.8.8.8"], searches: ["example.org"], options: ["ndots:2", "timeout:1"] });
  const cluster = { servers: ["10.96.0.10"], domain: "cluster.local", host };
  assert.deepEqual(podDns(pod({ dnsPolicy: "ClusterFirst" }), cluster).config, {
    servers: ["10.96.0.10"],
    searches: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local", "example.org"],
    options: ["ndots:5"],
  });
  assert.deepEqual(podDns(pod({ dnsPolicy: "ClusterFirst", hostNetwork: true }), cluster).config, host);
  const dnsConfig = {
    nameservers: ["1.1.1.1"],
    searches: ["a"],
    options: [{ name: "ndots", value: "3" }, { name: "edns0" }],
  };
  assert.deepEqual(podDns(pod({ dnsPolicy: "None", dnsConfig }), cluster).config, {
    servers: ["1.1.1.1"],
    searches: ["a"],
    options: ["ndots:3", "edns0"],
  });
  const many = podDns(pod({ dnsPolicy: "None", dnsConfig: { nameservers: ["1", "2", "3", "4"] } }), cluster);
  assert.equal(many.config.servers.length, 3);
  assert.equal(many.warnings[0]?.reason, "DNSConfigForming");
});

test("security: the container's settings before the pod's, and non-root as Kubernetes says it", () => {
  const image = { id: "i", tags: [], digests: [], sizeBytes: 0, uid: 0 };
  const one = pod({ securityContext: { runAsUser: 1000, fsGroup: 2000, supplementalGroups: [3000] } });
  const container = { name: "c", securityContext: { runAsUser: 5, allowPrivilegeEscalation: false } } as Container;
  const made = containerSecurity(one, container, image, "/seccomp");
  assert.deepEqual([made.runAsUser, made.supplementalGroups, made.noNewPrivileges], [5, [2000, 3000], true]);
  assert.equal(made.seccomp.type, "Unconfined");
  const nonRoot = pod({ securityContext: { runAsNonRoot: true } });
  const plain = { name: "c" } as Container;
  assert.throws(() => containerSecurity(nonRoot, plain, image, ""), {
    message: 'container has runAsNonRoot and image will run as root (pod: "web_default(u)", container: c)',
  });
  const named = { id: "i", tags: [], digests: [], sizeBytes: 0, username: "app" };
  assert.throws(() => containerSecurity(nonRoot, plain, named, ""), {
    message:
      'container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root (pod: "web_default(u)", container: c)',
  });
});

function pod(spec: object): Pod {
  return {
    metadata: { name: "web", namespace: "default", uid: "u", labels: { app: "web" } },
    spec: { containers: [], ...spec },
    status: {},
  } as unknown as Pod;
}

function service(namespace: string, name: string, clusterIP: string, ports: readonly object[]): Service {
  return { metadata: { namespace, name }, spec: { clusterIP, ports } } as unknown as Service;
}
