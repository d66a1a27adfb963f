import { KUBELET_SERVING } from "../api/certificates/v1/signer-name.ts";
import { SERVING_APPROVER } from "../controllers/csrserving/controller.ts";
import { CLUSTER_INFO, NODE_TOKENS } from "../api/bootstrap/token.ts";
import type { DefaultObject } from "../apiserver/auth/bootstrap-policy.ts";
import { ANONYMOUS, NODES } from "../apiserver/auth/groups.ts";
import { RBAC_GROUP, type Subject } from "../apiserver/auth/rbac-objects.ts";
import { CLUSTER_CONFIGURATION } from "./cluster-configuration.ts";
import { on } from "../apiserver/auth/policy/rule-text.ts";

/** What kubeadm gives to machines that join, under its names: tools look for them. */
export function joiningPolicy(): readonly DefaultObject[] {
  const tokens: Subject = { kind: "Group", apiGroup: RBAC_GROUP, name: NODE_TOKENS };
  const nodes: Subject = { kind: "Group", apiGroup: RBAC_GROUP, name: NODES };
  const anybody: Subject = { kind: "User", apiGroup: RBAC_GROUP, name: ANONYMOUS };
  const kubeletClient: Subject = { kind: "User", apiGroup: RBAC_GROUP, name: "kube-apiserver-kubelet-client" };
  const requests = "system:certificates.k8s.io:certificatesigningrequests";
  const info = "kubeadm:bootstrap-signer-clusterinfo";
  const inPublic = { namespace: CLUSTER_INFO.namespace };
  const configuration = "kubeadm:nodes-kubeadm-config";
  const inSystem = { namespace: CLUSTER_CONFIGURATION.namespace };
  const readsConfiguration = [on("get", "core", "configmaps", CLUSTER_CONFIGURATION.name)];
  return [
    object("ClusterRole", "kubeadm:get-nodes", { rules: [on("get", "core", "nodes")] }),
    binding("kubeadm:get-nodes", "kubeadm:get-nodes", tokens),
    binding("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", tokens),
    binding("kubeadm:node-autoapprove-bootstrap", `${requests}:nodeclient`, tokens),
    binding("kubeadm:node-autoapprove-certificate-rotation", `${requests}:selfnodeclient`, nodes),
    binding("kubeadm:apiserver-kubelet-client", "system:kubelet-api-admin", kubeletClient),
    object("Role", info, { rules: [on("get", "core", "configmaps", CLUSTER_INFO.name)] }, inPublic),
    object("RoleBinding", info, { roleRef: roleRef("Role", info), subjects: [anybody] }, inPublic),
    object("Role", configuration, { rules: readsConfiguration }, inSystem),
    object(
      "RoleBinding",
      configuration,
      { roleRef: roleRef("Role", configuration), subjects: [tokens, nodes] },
      inSystem,
    ),
    ...networkOfNodes(nodes),
    ...servingApprover(),
  ];
}

/** Every node routes services and answers names itself, under its own identity: what kube-proxy and CoreDNS read elsewhere. */
function networkOfNodes(nodes: Subject): readonly DefaultObject[] {
  const names = "wherry:node-names";
  return [
    binding("wherry:node-proxier", "system:node-proxier", nodes),
    object("ClusterRole", names, { rules: [on("list watch", "core", "namespaces")] }),
    binding(names, names, nodes),
  ];
}

function servingApprover(): readonly DefaultObject[] {
  const role = "wherry:kubelet-serving-approver";
  const [, , namespace, name] = SERVING_APPROVER.split(":") as [string, string, string, string];
  const group = "certificates.k8s.io";
  const rules = [
    on("update", group, "certificatesigningrequests/approval"),
    on("approve", group, "signers", KUBELET_SERVING),
  ];
  return [object("ClusterRole", role, { rules }), binding(role, role, { kind: "ServiceAccount", namespace, name })];
}

function binding(name: string, role: string, subject: Subject): DefaultObject {
  return object("ClusterRoleBinding", name, { roleRef: roleRef("ClusterRole", role), subjects: [subject] });
}

function roleRef(kind: string, name: string) {
  return { apiGroup: RBAC_GROUP, kind, name };
}

function object(kind: string, name: string, content: object, place: object = {}): DefaultObject {
  return { apiVersion: `${RBAC_GROUP}/v1`, kind, metadata: { name, ...place }, ...content } as unknown as DefaultObject;
}
