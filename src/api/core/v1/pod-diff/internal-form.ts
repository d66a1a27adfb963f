import { byteOrder } from "../../../../machinery/byte-order.ts";
import { givenEmpty } from "../../../../machinery/given-empty.ts";
import type { Shape, StructShape } from "../../../../machinery/shape.ts";
import { shapes } from "../../../generated/shapes.ts";

export type InternalForm = Readonly<Record<string, unknown>>;

/**
 * A value of a pod as Kubernetes has it within its server, and shows it in messages: every field of Go's struct, absent
 * ones with their zero value, each under its name in Go. @param kind the struct's name, such as `SecurityContext`
 * @param version whose struct it is
 */
export function internalForm(kind: string, value: object, version = "core.v1"): InternalForm {
  return structForm(kind, shapes(`io.k8s.api.${version}.${kind}`).fields, value as InternalForm);
}

/** The source of a volume: a struct of its own in Go, while outside its fields are the spec's. */
export function volumeSourceForm(sources: object): InternalForm {
  const { fields } = shapes("io.k8s.api.core.v1.PersistentVolumeSpec");
  return structForm("PersistentVolumeSource", fields, sources as InternalForm);
}

function formOf(shape: Shape, value: unknown): unknown {
  if (shape.type === "list") {
    return Array.isArray(value) ? value.map((item) => formOf(shape.items, item)) : null;
  }
  if (shape.type === "map") {
    if (value === undefined || value === null) return null;
    const entries = Object.entries(value).sort(([left], [right]) => byteOrder(left, right));
    return Object.fromEntries(entries.map(([key, member]) => [key, formOf(shape.values, member)]));
  }
  if (shape.type === "struct")
    return isOutsideOfPods(shape)
      ? (value ?? {})
      : structForm(kindOf(shape), shape.fields, (value ?? {}) as InternalForm);
  return value ?? zeroOf(shape);
}

function zeroOf(shape: Shape): unknown {
  switch (shape.type) {
    case "boolean":
      return false;
    case "integer":
    case "number":
      return 0;
    case "string":
      return shape.format === "quantity" ? "0" : shape.format === "int-or-string" ? 0 : "";
    default:
      return null;
  }
}

function kindOf({ name }: StructShape): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function structForm(kind: string, fields: StructShape["fields"], value: InternalForm): InternalForm {
  const form: Record<string, unknown> = {};
  if (kind === "PodSecurityContext") {
    for (const [name, zero] of SHARED_WITH_HOST) form[goName(kind, name)] = value[name] ?? zero;
  }
  for (const name of ORDERS[kind] ?? Object.keys(fields)) {
    const field = fields[name]!;
    const member = value[name];
    if (kind === "PersistentVolumeClaimTemplate" && name === "metadata") Object.assign(form, member);
    else if ((member === undefined || member === null) && field.pointer) form[goName(kind, name)] = null;
    else form[goName(kind, name)] = givenEmpty(value, name) ?? formOf(field.shape, member);
  }
  return form;
}

/** Selectors and the like are the same within the server and outside. */
function isOutsideOfPods({ name }: StructShape): boolean {
  return name.startsWith("io.k8s.apimachinery.");
}

const SHARED_WITH_HOST: readonly (readonly [string, unknown])[] = [
  ["hostNetwork", false],
  ["hostPID", false],
  ["hostIPC", false],
  ["shareProcessNamespace", null],
  ["hostUsers", null],
];

const VOLUME_SOURCES =
  `gcePersistentDisk awsElasticBlockStore hostPath glusterfs nfs rbd quobyte iscsi flexVolume cinder
  cephfs fc flocker azureFile vsphereVolume azureDisk photonPersistentDisk portworxVolume scaleIO local storageos
  csi`.split(/\s+/);

/** Where the order within the server is another than outside. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  PodSpec: `volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds
    activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName automountServiceAccountToken nodeName securityContext
    imagePullSecrets hostname subdomain setHostnameAsFQDN affinity schedulerName tolerations hostAliases priorityClassName
    priority preemptionPolicy dnsConfig readinessGates runtimeClassName overhead enableServiceLinks
    topologySpreadConstraints os schedulingGates resourceClaims resources hostnameOverride schedulingGroup`.split(
    /\s+/,
  ),
  PodSecurityContext: `seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups
    supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls seccompProfile appArmorProfile
    seLinuxChangePolicy`.split(/\s+/),
  PersistentVolumeSource: VOLUME_SOURCES,
  PersistentVolumeSpec: [
    "capacity",
    ...VOLUME_SOURCES,
    ...`accessModes claimRef persistentVolumeReclaimPolicy storageClassName mountOptions volumeMode nodeAffinity
      volumeAttributesClassName`.split(/\s+/),
  ],
  Volume: `name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs
    persistentVolumeClaim rbd quobyte flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume
    azureDisk photonPersistentDisk projected portworxVolume scaleIO storageos csi ephemeral image`.split(/\s+/),
};

/** Names that are more than the outside's with a capital. */
const NAMES: Readonly<Record<string, string>> = {
  "AzureDiskVolumeSource.diskURI": "DataDiskURI",
  "GlusterfsVolumeSource.endpoints": "EndpointsName",
  "GlusterfsPersistentVolumeSource.endpoints": "EndpointsName",
  "ISCSIVolumeSource.chapAuthDiscovery": "DiscoveryCHAPAuth",
  "ISCSIPersistentVolumeSource.chapAuthDiscovery": "DiscoveryCHAPAuth",
  "ISCSIVolumeSource.chapAuthSession": "SessionCHAPAuth",
  "ISCSIPersistentVolumeSource.chapAuthSession": "SessionCHAPAuth",
  "DeviceSelector.cel": "CEL",
  "RBDVolumeSource.image": "RBDImage",
  "RBDPersistentVolumeSource.image": "RBDImage",
  "RBDVolumeSource.monitors": "CephMonitors",
  "RBDPersistentVolumeSource.monitors": "CephMonitors",
  "RBDVolumeSource.pool": "RBDPool",
  "RBDPersistentVolumeSource.pool": "RBDPool",
  "RBDVolumeSource.user": "RadosUser",
  "RBDPersistentVolumeSource.user": "RadosUser",
  apiGroup: "APIGroup",
  apiGroups: "APIGroups",
  apiVersion: "APIVersion",
  awsElasticBlockStore: "AWSElasticBlockStore",
  cephfs: "CephFS",
  csi: "CSI",
  dnsConfig: "DNSConfig",
  dnsPolicy: "DNSPolicy",
  fc: "FC",
  fsGroup: "FSGroup",
  fsGroupChangePolicy: "FSGroupChangePolicy",
  fsType: "FSType",
  gcePersistentDisk: "GCEPersistentDisk",
  gmsaCredentialSpec: "GMSACredentialSpec",
  gmsaCredentialSpecName: "GMSACredentialSpecName",
  grpc: "GRPC",
  httpGet: "HTTPGet",
  httpHeaders: "HTTPHeaders",
  ip: "IP",
  iqn: "IQN",
  iscsi: "ISCSI",
  iscsiInterface: "ISCSIInterface",
  nfs: "NFS",
  os: "OS",
  pdName: "PDName",
  rbd: "RBD",
  seLinuxChangePolicy: "SELinuxChangePolicy",
  seLinuxOptions: "SELinuxOptions",
  sslEnabled: "SSLEnabled",
  storageos: "StorageOS",
  tcpSocket: "TCPSocket",
  tty: "TTY",
  uid: "UID",
  wwids: "WWIDs",
};

function goName(kind: string, name: string): string {
  return NAMES[`${kind}.${name}`] ?? NAMES[name] ?? name[0]!.toUpperCase() + name.slice(1);
}
