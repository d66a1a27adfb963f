import assert from "node:assert/strict";
import { test } from "node:test";
import { byteOrder } from "../../../machinery/byte-order.ts";
import type { CheckedPod } from "./check.ts";
import { checks } from "./checks.ts";
import { detailsText, violationsOf } from "./evaluate.ts";
import type { Standard, Version } from "./standard.ts";

const RUNTIME = { type: "RuntimeDefault" };
const SAFE = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: RUNTIME,
};
const ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP = "seccomp.security.alpha.kubernetes.io/";

interface Parts {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  /** Laid over the safe container; the second one is as safe. */
  readonly a?: object;
  readonly context?: object;
  readonly bContext?: object;
}

function pod({ annotations = {}, spec = {}, a = {}, context = {}, bContext = {} }: Parts = {}): CheckedPod {
  const containers = [
    { name: "a", securityContext: { ...SAFE, ...context }, ...a },
    { name: "b", securityContext: { ...SAFE, ...bContext } },
  ];
  return { metadata: { annotations }, spec: { securityContext: {}, containers, ...spec } } as unknown as CheckedPod;
}

const restricted = (version: Version = "latest"): Standard => ({ level: "restricted", version });
const baseline = (version: Version = "latest"): Standard => ({ level: "baseline", version });
const ofPod = (securityContext: object): Parts => ({ spec: { securityContext } });
const volumes = (...sources: readonly object[]): Parts => ({
  spec: { volumes: sources.map((source, index) => ({ name: `v${index}`, ...source })) },
});

const ALLOWED: readonly (readonly [string, Standard, Parts])[] = [
  ["what asks for nothing", restricted(), {}],
  ["another profile of AppArmor's", baseline(), { context: { appArmorProfile: { type: "Localhost" } } }],
  ["an older one", baseline(), { annotations: { [`${ARMOR}a`]: "localhost/x", [`${ARMOR}b`]: "runtime/default" } }],
  ["capabilities by default", baseline(), { context: { capabilities: { add: ["CHOWN", "KILL"] } } }],
  ["low ports", restricted(), { context: { capabilities: { add: ["NET_BIND_SERVICE"], drop: ["KILL", "ALL"] } } }],
  ["its own namespaces", baseline(), { spec: { hostPID: false } }],
  ["volumes of its own", restricted(), volumes({ emptyDir: {} }, { secret: { secretName: "x" } }, { image: {} })],
  ["another machine's volume", baseline(), volumes({ nfs: { server: "x", path: "/" } })],
  ["ports of its own", baseline(), { a: { ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 0 }] } }],
  ["probes of itself", baseline(), { a: { livenessProbe: { httpGet: { port: 80, host: "" } } } }],
  ["any probe, once", baseline("v1.33"), { a: { livenessProbe: { httpGet: { port: 80, host: "x" } } } }],
  ["no privileges", baseline(), { context: { privileged: false } }],
  ["the masked /proc", restricted(), { context: { procMount: "Default" } }],
  [
    "the whole /proc, to users of its own",
    baseline(),
    { spec: { hostUsers: false }, context: { procMount: "Unmasked" } },
  ],
  ["a type of SELinux's", baseline(), ofPod({ seLinuxOptions: { type: "container_engine_t", level: "s0" } })],
  ["a profile of seccomp's", restricted(), { context: { seccompProfile: { type: "Localhost" } } }],
  [
    "seccomp's for all",
    restricted(),
    { ...ofPod({ seccompProfile: RUNTIME }), context: { seccompProfile: undefined } },
  ],
  ["an annotated one", baseline("v1.18"), { annotations: { [`${SECCOMP}pod`]: "docker/default" } }],
  ["no matter which, now", baseline(), { annotations: { [`${SECCOMP}pod`]: "unconfined" } }],
  ["safe sysctls", baseline(), ofPod({ sysctls: [{ name: "net.ipv4.tcp_rmem" }] })],
  ["Windows as it is", baseline(), { context: { windowsOptions: { hostProcess: false } } }],
  [
    "Windows, which has no such fields",
    restricted(),
    { spec: { os: { name: "windows" }, securityContext: { runAsNonRoot: true } }, a: { securityContext: {} } },
  ],
  ["what nobody could say yet", restricted("v1.7"), { context: { allowPrivilegeEscalation: true } }],
  ["non-root for all", restricted(), { ...ofPod({ runAsNonRoot: true }), context: { runAsNonRoot: undefined } }],
  [
    "root among users of its own",
    restricted(),
    { spec: { hostUsers: false, securityContext: { runAsUser: 0 } }, context: { runAsNonRoot: false } },
  ],
  ["a user", restricted(), ofPod({ runAsUser: 1 })],
  ["anything", { level: "privileged", version: "latest" }, { spec: { hostPID: true } }],
];

for (const [what, standard, parts] of ALLOWED) {
  test(`pod security allows: ${what}`, () => assert.equal(detailsText(violationsOf(standard, pod(parts))), ""));
}

const FORBIDDEN: readonly (readonly [Standard, Parts, string])[] = [
  [
    baseline(),
    {
      ...ofPod({ appArmorProfile: { type: "Unconfined" } }),
      annotations: { [`${ARMOR}b`]: "y", [`${ARMOR}a`]: 'x"' },
      bContext: { appArmorProfile: { type: "Unconfined" } },
    },
    `forbidden AppArmor profiles (pod and container "b" and annotations must not set AppArmor profile type to "Unconfined", "${ARMOR}a="x\\""", "${ARMOR}b="y"")`,
  ],
  [
    baseline(),
    { context: { capabilities: { add: ["SYS_TIME", "NET_RAW"] } }, bContext: { capabilities: { add: ["NET_RAW"] } } },
    'non-default capabilities (containers "a", "b" must not include "NET_RAW", "SYS_TIME" in securityContext.capabilities.add)',
  ],
  [
    baseline(),
    { spec: { hostIPC: true, hostPID: true, hostNetwork: true } },
    "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)",
  ],
  [baseline(), volumes({ hostPath: { path: "/" } }, { emptyDir: {} }), 'hostPath volumes (volume "v0")'],
  [
    restricted(),
    volumes({ hostPath: { path: "/" } }, { nfs: {} }, { nfs: {} }),
    'restricted volume types (volumes "v0", "v1", "v2" use restricted volume types "hostPath", "nfs")',
  ],
  [baseline(), { a: { ports: [{ hostPort: 9 }, { hostPort: 10 }] } }, 'hostPort (container "a" uses hostPorts 10, 9)'],
  [
    baseline(),
    { a: { startupProbe: { tcpSocket: { host: "y" } }, lifecycle: { preStop: { httpGet: { host: "x" } } } } },
    'probe or lifecycle host (container "a" uses probe or lifecycle hosts "x", "y")',
  ],
  [
    baseline(),
    { context: { privileged: true } },
    'privileged (container "a" must not set securityContext.privileged=true)',
  ],
  [
    baseline("v1.34"),
    { spec: { hostUsers: false }, context: { procMount: "Unmasked" } },
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    restricted(),
    { spec: { hostUsers: false }, context: { procMount: "Unmasked" } },
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    baseline("v1.30"),
    {
      ...ofPod({ seLinuxOptions: { type: "container_engine_t", role: "r" } }),
      context: { seLinuxOptions: { user: "u" } },
    },
    'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t"; user may not be set; role may not be set)',
  ],
  [
    baseline("v1.18"),
    { annotations: { [`${SECCOMP}pod`]: "x", [`container.${SECCOMP}b`]: "y", [`container.${SECCOMP}gone`]: "z" } },
    `seccompProfile (forbidden annotations container.${SECCOMP}b="y", ${SECCOMP}pod="x")`,
  ],
  [
    baseline(),
    { context: { seccompProfile: { type: "Unconfined" } } },
    'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    restricted(),
    { ...ofPod({ seccompProfile: { type: "Unconfined" } }), context: { seccompProfile: undefined } },
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    restricted(),
    { context: { seccompProfile: undefined } },
    'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  [
    baseline("v1.28"),
    ofPod({ sysctls: [{ name: "net.ipv4.tcp_fin_timeout" }, { name: "kernel.msgmax" }] }),
    "forbidden sysctls (net.ipv4.tcp_fin_timeout, kernel.msgmax)",
  ],
  [
    baseline(),
    { ...ofPod({ windowsOptions: { hostProcess: true } }), context: { windowsOptions: { hostProcess: true } } },
    'hostProcess (pod and container "a" must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    restricted(),
    { context: { allowPrivilegeEscalation: undefined } },
    'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
  ],
  [
    restricted(),
    { context: { capabilities: { add: ["KILL"] } }, bContext: { capabilities: undefined } },
    'unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "KILL" in securityContext.capabilities.add)',
  ],
  [
    restricted(),
    { ...ofPod({ runAsNonRoot: false }), context: { runAsNonRoot: false } },
    'runAsNonRoot != true (pod and container "a" must not set securityContext.runAsNonRoot=false)',
  ],
  [
    restricted("v1.34"),
    { spec: { hostUsers: false }, context: { runAsNonRoot: undefined }, bContext: { runAsNonRoot: undefined } },
    'runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true)',
  ],
  [restricted(), { context: { runAsUser: 0 } }, 'runAsUser=0 (container "a" must not set runAsUser=0)'],
  [
    restricted("v1.99"),
    { spec: { hostPID: true }, context: { privileged: true, runAsUser: 0 } },
    'host namespaces (hostPID=true), privileged (container "a" must not set securityContext.privileged=true), runAsUser=0 (container "a" must not set runAsUser=0)',
  ],
];

for (const [standard, parts, details] of FORBIDDEN) {
  test(`pod security forbids: ${details}`, () => {
    assert.equal(detailsText(violationsOf(standard, pod(parts))), details);
  });
}

test("pod security: checks stand in the order in which they are told", () => {
  for (const level of ["baseline", "restricted"]) {
    const ids = checks.filter((check) => check.level === level).map(({ id }) => id);
    assert.deepEqual(ids, ids.toSorted(byteOrder));
  }
});
