// Written by tools/generate from Kubernetes v1.36.3, input db148949ec147ed9. Never edited: run `npm run generate`.
import type { KubeObject } from "../../machinery/object.ts";
import type { KindFacts } from "../kind.ts";
import type * as admissionregistrationV1 from "./admissionregistration-v1.ts";
import type * as admissionregistrationV1alpha1 from "./admissionregistration-v1alpha1.ts";
import type * as admissionregistrationV1beta1 from "./admissionregistration-v1beta1.ts";
import type * as apiextensionsV1 from "./apiextensions-v1.ts";
import type * as apiregistrationV1 from "./apiregistration-v1.ts";
import type * as apiserverinternalV1alpha1 from "./apiserverinternal-v1alpha1.ts";
import type * as appsV1 from "./apps-v1.ts";
import type * as authenticationV1 from "./authentication-v1.ts";
import type * as authorizationV1 from "./authorization-v1.ts";
import type * as autoscalingV1 from "./autoscaling-v1.ts";
import type * as autoscalingV2 from "./autoscaling-v2.ts";
import type * as batchV1 from "./batch-v1.ts";
import type * as certificatesV1 from "./certificates-v1.ts";
import type * as certificatesV1alpha1 from "./certificates-v1alpha1.ts";
import type * as certificatesV1beta1 from "./certificates-v1beta1.ts";
import type * as coordinationV1 from "./coordination-v1.ts";
import type * as coordinationV1alpha2 from "./coordination-v1alpha2.ts";
import type * as coordinationV1beta1 from "./coordination-v1beta1.ts";
import type * as coreV1 from "./core-v1.ts";
import type * as discoveryV1 from "./discovery-v1.ts";
import type * as eventsV1 from "./events-v1.ts";
import type * as flowcontrolV1 from "./flowcontrol-v1.ts";
import type * as networkingV1 from "./networking-v1.ts";
import type * as networkingV1beta1 from "./networking-v1beta1.ts";
import type * as nodeV1 from "./node-v1.ts";
import type * as policyV1 from "./policy-v1.ts";
import type * as rbacV1 from "./rbac-v1.ts";
import type * as resourceV1 from "./resource-v1.ts";
import type * as resourceV1alpha3 from "./resource-v1alpha3.ts";
import type * as resourceV1beta1 from "./resource-v1beta1.ts";
import type * as resourceV1beta2 from "./resource-v1beta2.ts";
import type * as schedulingV1 from "./scheduling-v1.ts";
import type * as schedulingV1alpha2 from "./scheduling-v1alpha2.ts";
import type * as storageV1 from "./storage-v1.ts";
import type * as storageV1beta1 from "./storage-v1beta1.ts";
import type * as storagemigrationV1beta1 from "./storagemigration-v1beta1.ts";
import { shapes } from "./shapes.ts";

/** What is known of every resource: group → version → kind. */
export const facts = {
  core: {
    v1: {
      Binding: resource<coreV1.Binding>({
        "group": "",
        "version": "v1",
        "kind": "Binding",
        "listKind": "",
        "plural": "bindings",
        "singular": "binding",
        "namespaced": true,
        "verbs": [
          "create"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.Binding",
        "defaults": {}
      }),
      ComponentStatus: resource<coreV1.ComponentStatus>({
        "group": "",
        "version": "v1",
        "kind": "ComponentStatus",
        "listKind": "ComponentStatusList",
        "plural": "componentstatuses",
        "singular": "componentstatus",
        "namespaced": false,
        "verbs": [
          "get",
          "list"
        ],
        "shortNames": [
          "cs"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.ComponentStatus",
        "defaults": {}
      }),
      ConfigMap: resource<coreV1.ConfigMap>({
        "group": "",
        "version": "v1",
        "kind": "ConfigMap",
        "listKind": "ConfigMapList",
        "plural": "configmaps",
        "singular": "configmap",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "cm"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.ConfigMap",
        "defaults": {}
      }),
      Endpoints: resource<coreV1.Endpoints>({
        "group": "",
        "version": "v1",
        "kind": "Endpoints",
        "listKind": "EndpointsList",
        "plural": "endpoints",
        "singular": "endpoints",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ep"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.Endpoints",
        "defaults": {}
      }),
      Event: resource<coreV1.Event>({
        "group": "",
        "version": "v1",
        "kind": "Event",
        "listKind": "EventList",
        "plural": "events",
        "singular": "event",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ev"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.Event",
        "defaults": {}
      }),
      LimitRange: resource<coreV1.LimitRange>({
        "group": "",
        "version": "v1",
        "kind": "LimitRange",
        "listKind": "LimitRangeList",
        "plural": "limitranges",
        "singular": "limitrange",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "limits"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.LimitRange",
        "defaults": {}
      }),
      Namespace: resource<coreV1.Namespace>({
        "group": "",
        "version": "v1",
        "kind": "Namespace",
        "listKind": "NamespaceList",
        "plural": "namespaces",
        "singular": "namespace",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ns"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "finalize",
            "verbs": [
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "Namespace"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "Namespace"
          }
        ],
        "struct": "io.k8s.api.core.v1.Namespace",
        "defaults": {}
      }),
      Node: resource<coreV1.Node>({
        "group": "",
        "version": "v1",
        "kind": "Node",
        "listKind": "NodeList",
        "plural": "nodes",
        "singular": "node",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "no"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "proxy",
            "verbs": [
              "create",
              "delete",
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "NodeProxyOptions"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "Node"
          }
        ],
        "struct": "io.k8s.api.core.v1.Node",
        "defaults": {}
      }),
      PersistentVolumeClaim: resource<coreV1.PersistentVolumeClaim>({
        "group": "",
        "version": "v1",
        "kind": "PersistentVolumeClaim",
        "listKind": "PersistentVolumeClaimList",
        "plural": "persistentvolumeclaims",
        "singular": "persistentvolumeclaim",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "pvc"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "PersistentVolumeClaim"
          }
        ],
        "struct": "io.k8s.api.core.v1.PersistentVolumeClaim",
        "defaults": {}
      }),
      PersistentVolume: resource<coreV1.PersistentVolume>({
        "group": "",
        "version": "v1",
        "kind": "PersistentVolume",
        "listKind": "PersistentVolumeList",
        "plural": "persistentvolumes",
        "singular": "persistentvolume",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "pv"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "PersistentVolume"
          }
        ],
        "struct": "io.k8s.api.core.v1.PersistentVolume",
        "defaults": {
          "spec.persistentVolumeReclaimPolicy": "Retain",
          "spec.volumeMode": "Filesystem"
        }
      }),
      Pod: resource<coreV1.Pod>({
        "group": "",
        "version": "v1",
        "kind": "Pod",
        "listKind": "PodList",
        "plural": "pods",
        "singular": "pod",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "po"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "attach",
            "verbs": [
              "create",
              "get"
            ],
            "group": "",
            "version": "v1",
            "kind": "PodAttachOptions"
          },
          {
            "name": "binding",
            "verbs": [
              "create"
            ],
            "group": "",
            "version": "v1",
            "kind": "Binding"
          },
          {
            "name": "ephemeralcontainers",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "Pod"
          },
          {
            "name": "eviction",
            "verbs": [
              "create"
            ],
            "group": "policy",
            "version": "v1",
            "kind": "Eviction"
          },
          {
            "name": "exec",
            "verbs": [
              "create",
              "get"
            ],
            "group": "",
            "version": "v1",
            "kind": "PodExecOptions"
          },
          {
            "name": "log",
            "verbs": [
              "get"
            ],
            "group": "",
            "version": "v1",
            "kind": "Pod"
          },
          {
            "name": "portforward",
            "verbs": [
              "create",
              "get"
            ],
            "group": "",
            "version": "v1",
            "kind": "PodPortForwardOptions"
          },
          {
            "name": "proxy",
            "verbs": [
              "create",
              "delete",
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "PodProxyOptions"
          },
          {
            "name": "resize",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "Pod"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "Pod"
          }
        ],
        "struct": "io.k8s.api.core.v1.Pod",
        "defaults": {
          "spec.enableServiceLinks": true
        }
      }),
      PodTemplate: resource<coreV1.PodTemplate>({
        "group": "",
        "version": "v1",
        "kind": "PodTemplate",
        "listKind": "PodTemplateList",
        "plural": "podtemplates",
        "singular": "podtemplate",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.PodTemplate",
        "defaults": {}
      }),
      ReplicationController: resource<coreV1.ReplicationController>({
        "group": "",
        "version": "v1",
        "kind": "ReplicationController",
        "listKind": "ReplicationControllerList",
        "plural": "replicationcontrollers",
        "singular": "replicationcontroller",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "rc"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "scale",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "autoscaling",
            "version": "v1",
            "kind": "Scale"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "ReplicationController"
          }
        ],
        "struct": "io.k8s.api.core.v1.ReplicationController",
        "defaults": {}
      }),
      ResourceQuota: resource<coreV1.ResourceQuota>({
        "group": "",
        "version": "v1",
        "kind": "ResourceQuota",
        "listKind": "ResourceQuotaList",
        "plural": "resourcequotas",
        "singular": "resourcequota",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "quota"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "ResourceQuota"
          }
        ],
        "struct": "io.k8s.api.core.v1.ResourceQuota",
        "defaults": {}
      }),
      Secret: resource<coreV1.Secret>({
        "group": "",
        "version": "v1",
        "kind": "Secret",
        "listKind": "SecretList",
        "plural": "secrets",
        "singular": "secret",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.core.v1.Secret",
        "defaults": {}
      }),
      ServiceAccount: resource<coreV1.ServiceAccount>({
        "group": "",
        "version": "v1",
        "kind": "ServiceAccount",
        "listKind": "ServiceAccountList",
        "plural": "serviceaccounts",
        "singular": "serviceaccount",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "sa"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "token",
            "verbs": [
              "create"
            ],
            "group": "authentication.k8s.io",
            "version": "v1",
            "kind": "TokenRequest"
          }
        ],
        "struct": "io.k8s.api.core.v1.ServiceAccount",
        "defaults": {}
      }),
      Service: resource<coreV1.Service>({
        "group": "",
        "version": "v1",
        "kind": "Service",
        "listKind": "ServiceList",
        "plural": "services",
        "singular": "service",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "svc"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "proxy",
            "verbs": [
              "create",
              "delete",
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "ServiceProxyOptions"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "",
            "version": "v1",
            "kind": "Service"
          }
        ],
        "struct": "io.k8s.api.core.v1.Service",
        "defaults": {}
      }),
    },
  },
  apiregistration: {
    v1: {
      APIService: resource<apiregistrationV1.APIService>({
        "group": "apiregistration.k8s.io",
        "version": "v1",
        "kind": "APIService",
        "listKind": "APIServiceList",
        "plural": "apiservices",
        "singular": "apiservice",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "apiregistration.k8s.io",
            "version": "v1",
            "kind": "APIService"
          }
        ],
        "struct": "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
        "defaults": {}
      }),
    },
  },
  apps: {
    v1: {
      ControllerRevision: resource<appsV1.ControllerRevision>({
        "group": "apps",
        "version": "v1",
        "kind": "ControllerRevision",
        "listKind": "ControllerRevisionList",
        "plural": "controllerrevisions",
        "singular": "controllerrevision",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.apps.v1.ControllerRevision",
        "defaults": {}
      }),
      DaemonSet: resource<appsV1.DaemonSet>({
        "group": "apps",
        "version": "v1",
        "kind": "DaemonSet",
        "listKind": "DaemonSetList",
        "plural": "daemonsets",
        "singular": "daemonset",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ds"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "apps",
            "version": "v1",
            "kind": "DaemonSet"
          }
        ],
        "struct": "io.k8s.api.apps.v1.DaemonSet",
        "defaults": {}
      }),
      Deployment: resource<appsV1.Deployment>({
        "group": "apps",
        "version": "v1",
        "kind": "Deployment",
        "listKind": "DeploymentList",
        "plural": "deployments",
        "singular": "deployment",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "deploy"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "scale",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "autoscaling",
            "version": "v1",
            "kind": "Scale"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "apps",
            "version": "v1",
            "kind": "Deployment"
          }
        ],
        "struct": "io.k8s.api.apps.v1.Deployment",
        "defaults": {}
      }),
      ReplicaSet: resource<appsV1.ReplicaSet>({
        "group": "apps",
        "version": "v1",
        "kind": "ReplicaSet",
        "listKind": "ReplicaSetList",
        "plural": "replicasets",
        "singular": "replicaset",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "rs"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "scale",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "autoscaling",
            "version": "v1",
            "kind": "Scale"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "apps",
            "version": "v1",
            "kind": "ReplicaSet"
          }
        ],
        "struct": "io.k8s.api.apps.v1.ReplicaSet",
        "defaults": {}
      }),
      StatefulSet: resource<appsV1.StatefulSet>({
        "group": "apps",
        "version": "v1",
        "kind": "StatefulSet",
        "listKind": "StatefulSetList",
        "plural": "statefulsets",
        "singular": "statefulset",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "sts"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "scale",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "autoscaling",
            "version": "v1",
            "kind": "Scale"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "apps",
            "version": "v1",
            "kind": "StatefulSet"
          }
        ],
        "struct": "io.k8s.api.apps.v1.StatefulSet",
        "defaults": {}
      }),
    },
  },
  events: {
    v1: {
      Event: resource<eventsV1.Event>({
        "group": "events.k8s.io",
        "version": "v1",
        "kind": "Event",
        "listKind": "EventList",
        "plural": "events",
        "singular": "event",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ev"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.events.v1.Event",
        "defaults": {}
      }),
    },
  },
  authentication: {
    v1: {
      SelfSubjectReview: resource<authenticationV1.SelfSubjectReview>({
        "group": "authentication.k8s.io",
        "version": "v1",
        "kind": "SelfSubjectReview",
        "listKind": "",
        "plural": "selfsubjectreviews",
        "singular": "selfsubjectreview",
        "namespaced": false,
        "verbs": [
          "create"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.authentication.v1.SelfSubjectReview",
        "defaults": {}
      }),
      TokenReview: resource<authenticationV1.TokenReview>({
        "group": "authentication.k8s.io",
        "version": "v1",
        "kind": "TokenReview",
        "listKind": "",
        "plural": "tokenreviews",
        "singular": "tokenreview",
        "namespaced": false,
        "verbs": [
          "create"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.authentication.v1.TokenReview",
        "defaults": {}
      }),
    },
  },
  authorization: {
    v1: {
      LocalSubjectAccessReview: resource<authorizationV1.LocalSubjectAccessReview>({
        "group": "authorization.k8s.io",
        "version": "v1",
        "kind": "LocalSubjectAccessReview",
        "listKind": "",
        "plural": "localsubjectaccessreviews",
        "singular": "localsubjectaccessreview",
        "namespaced": true,
        "verbs": [
          "create"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.authorization.v1.LocalSubjectAccessReview",
        "defaults": {}
      }),
      SelfSubjectAccessReview: resource<authorizationV1.SelfSubjectAccessReview>({
        "group": "authorization.k8s.io",
        "version": "v1",
        "kind": "SelfSubjectAccessReview",
        "listKind": "",
        "plural": "selfsubjectaccessreviews",
        "singular": "selfsubjectaccessreview",
        "namespaced": false,
        "verbs": [
          "create"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
        "defaults": {}
      }),
      SelfSubjectRulesReview: resource<authorizationV1.SelfSubjectRulesReview>({
        "group": "authorization.k8s.io",
        "version": "v1",
        "kind": "SelfSubjectRulesReview",
        "listKind": "",
        "plural": "selfsubjectrulesreviews",
        "singular": "selfsubjectrulesreview",
        "namespaced": false,
        "verbs": [
          "create"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.authorization.v1.SelfSubjectRulesReview",
        "defaults": {}
      }),
      SubjectAccessReview: resource<authorizationV1.SubjectAccessReview>({
        "group": "authorization.k8s.io",
        "version": "v1",
        "kind": "SubjectAccessReview",
        "listKind": "",
        "plural": "subjectaccessreviews",
        "singular": "subjectaccessreview",
        "namespaced": false,
        "verbs": [
          "create"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.authorization.v1.SubjectAccessReview",
        "defaults": {}
      }),
    },
  },
  autoscaling: {
    v2: {
      HorizontalPodAutoscaler: resource<autoscalingV2.HorizontalPodAutoscaler>({
        "group": "autoscaling",
        "version": "v2",
        "kind": "HorizontalPodAutoscaler",
        "listKind": "HorizontalPodAutoscalerList",
        "plural": "horizontalpodautoscalers",
        "singular": "horizontalpodautoscaler",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "hpa"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "autoscaling",
            "version": "v2",
            "kind": "HorizontalPodAutoscaler"
          }
        ],
        "struct": "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
        "defaults": {
          "spec.behavior.scaleDown.policies": [
            {
              "periodSeconds": 15,
              "type": "Percent",
              "value": 100
            }
          ],
          "spec.behavior.scaleUp.policies": [
            {
              "periodSeconds": 15,
              "type": "Pods",
              "value": 4
            },
            {
              "periodSeconds": 15,
              "type": "Percent",
              "value": 100
            }
          ],
          "spec.behavior.scaleUp.stabilizationWindowSeconds": 0
        }
      }),
    },
    v1: {
      HorizontalPodAutoscaler: resource<autoscalingV1.HorizontalPodAutoscaler>({
        "group": "autoscaling",
        "version": "v1",
        "kind": "HorizontalPodAutoscaler",
        "listKind": "HorizontalPodAutoscalerList",
        "plural": "horizontalpodautoscalers",
        "singular": "horizontalpodautoscaler",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "hpa"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "autoscaling",
            "version": "v1",
            "kind": "HorizontalPodAutoscaler"
          }
        ],
        "struct": "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
        "defaults": {}
      }),
    },
  },
  batch: {
    v1: {
      CronJob: resource<batchV1.CronJob>({
        "group": "batch",
        "version": "v1",
        "kind": "CronJob",
        "listKind": "CronJobList",
        "plural": "cronjobs",
        "singular": "cronjob",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "cj"
        ],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "batch",
            "version": "v1",
            "kind": "CronJob"
          }
        ],
        "struct": "io.k8s.api.batch.v1.CronJob",
        "defaults": {}
      }),
      Job: resource<batchV1.Job>({
        "group": "batch",
        "version": "v1",
        "kind": "Job",
        "listKind": "JobList",
        "plural": "jobs",
        "singular": "job",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "all"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "batch",
            "version": "v1",
            "kind": "Job"
          }
        ],
        "struct": "io.k8s.api.batch.v1.Job",
        "defaults": {
          "spec.completionMode": "NonIndexed",
          "spec.manualSelector": false,
          "spec.parallelism": 1,
          "spec.suspend": false
        }
      }),
    },
  },
  certificates: {
    v1: {
      CertificateSigningRequest: resource<certificatesV1.CertificateSigningRequest>({
        "group": "certificates.k8s.io",
        "version": "v1",
        "kind": "CertificateSigningRequest",
        "listKind": "CertificateSigningRequestList",
        "plural": "certificatesigningrequests",
        "singular": "certificatesigningrequest",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "csr"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "approval",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "certificates.k8s.io",
            "version": "v1",
            "kind": "CertificateSigningRequest"
          },
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "certificates.k8s.io",
            "version": "v1",
            "kind": "CertificateSigningRequest"
          }
        ],
        "struct": "io.k8s.api.certificates.v1.CertificateSigningRequest",
        "defaults": {}
      }),
    },
    v1beta1: {
      ClusterTrustBundle: resource<certificatesV1beta1.ClusterTrustBundle>({
        "group": "certificates.k8s.io",
        "version": "v1beta1",
        "kind": "ClusterTrustBundle",
        "listKind": "ClusterTrustBundleList",
        "plural": "clustertrustbundles",
        "singular": "clustertrustbundle",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.certificates.v1beta1.ClusterTrustBundle",
        "defaults": {}
      }),
      PodCertificateRequest: resource<certificatesV1beta1.PodCertificateRequest>({
        "group": "certificates.k8s.io",
        "version": "v1beta1",
        "kind": "PodCertificateRequest",
        "listKind": "PodCertificateRequestList",
        "plural": "podcertificaterequests",
        "singular": "podcertificaterequest",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "certificates.k8s.io",
            "version": "v1beta1",
            "kind": "PodCertificateRequest"
          }
        ],
        "struct": "io.k8s.api.certificates.v1beta1.PodCertificateRequest",
        "defaults": {}
      }),
    },
    v1alpha1: {
      ClusterTrustBundle: resource<certificatesV1alpha1.ClusterTrustBundle>({
        "group": "certificates.k8s.io",
        "version": "v1alpha1",
        "kind": "ClusterTrustBundle",
        "listKind": "ClusterTrustBundleList",
        "plural": "clustertrustbundles",
        "singular": "clustertrustbundle",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.certificates.v1alpha1.ClusterTrustBundle",
        "defaults": {}
      }),
    },
  },
  networking: {
    v1: {
      IngressClass: resource<networkingV1.IngressClass>({
        "group": "networking.k8s.io",
        "version": "v1",
        "kind": "IngressClass",
        "listKind": "IngressClassList",
        "plural": "ingressclasses",
        "singular": "ingressclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.networking.v1.IngressClass",
        "defaults": {}
      }),
      Ingress: resource<networkingV1.Ingress>({
        "group": "networking.k8s.io",
        "version": "v1",
        "kind": "Ingress",
        "listKind": "IngressList",
        "plural": "ingresses",
        "singular": "ingress",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ing"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "networking.k8s.io",
            "version": "v1",
            "kind": "Ingress"
          }
        ],
        "struct": "io.k8s.api.networking.v1.Ingress",
        "defaults": {}
      }),
      IPAddress: resource<networkingV1.IPAddress>({
        "group": "networking.k8s.io",
        "version": "v1",
        "kind": "IPAddress",
        "listKind": "IPAddressList",
        "plural": "ipaddresses",
        "singular": "ipaddress",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ip"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.networking.v1.IPAddress",
        "defaults": {}
      }),
      NetworkPolicy: resource<networkingV1.NetworkPolicy>({
        "group": "networking.k8s.io",
        "version": "v1",
        "kind": "NetworkPolicy",
        "listKind": "NetworkPolicyList",
        "plural": "networkpolicies",
        "singular": "networkpolicy",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "netpol"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.networking.v1.NetworkPolicy",
        "defaults": {}
      }),
      ServiceCIDR: resource<networkingV1.ServiceCIDR>({
        "group": "networking.k8s.io",
        "version": "v1",
        "kind": "ServiceCIDR",
        "listKind": "ServiceCIDRList",
        "plural": "servicecidrs",
        "singular": "servicecidr",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "networking.k8s.io",
            "version": "v1",
            "kind": "ServiceCIDR"
          }
        ],
        "struct": "io.k8s.api.networking.v1.ServiceCIDR",
        "defaults": {}
      }),
    },
    v1beta1: {
      IPAddress: resource<networkingV1beta1.IPAddress>({
        "group": "networking.k8s.io",
        "version": "v1beta1",
        "kind": "IPAddress",
        "listKind": "IPAddressList",
        "plural": "ipaddresses",
        "singular": "ipaddress",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "ip"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.networking.v1beta1.IPAddress",
        "defaults": {}
      }),
      ServiceCIDR: resource<networkingV1beta1.ServiceCIDR>({
        "group": "networking.k8s.io",
        "version": "v1beta1",
        "kind": "ServiceCIDR",
        "listKind": "ServiceCIDRList",
        "plural": "servicecidrs",
        "singular": "servicecidr",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "networking.k8s.io",
            "version": "v1beta1",
            "kind": "ServiceCIDR"
          }
        ],
        "struct": "io.k8s.api.networking.v1beta1.ServiceCIDR",
        "defaults": {}
      }),
    },
  },
  policy: {
    v1: {
      PodDisruptionBudget: resource<policyV1.PodDisruptionBudget>({
        "group": "policy",
        "version": "v1",
        "kind": "PodDisruptionBudget",
        "listKind": "PodDisruptionBudgetList",
        "plural": "poddisruptionbudgets",
        "singular": "poddisruptionbudget",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "pdb"
        ],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "policy",
            "version": "v1",
            "kind": "PodDisruptionBudget"
          }
        ],
        "struct": "io.k8s.api.policy.v1.PodDisruptionBudget",
        "defaults": {}
      }),
    },
  },
  rbac: {
    v1: {
      ClusterRoleBinding: resource<rbacV1.ClusterRoleBinding>({
        "group": "rbac.authorization.k8s.io",
        "version": "v1",
        "kind": "ClusterRoleBinding",
        "listKind": "ClusterRoleBindingList",
        "plural": "clusterrolebindings",
        "singular": "clusterrolebinding",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.rbac.v1.ClusterRoleBinding",
        "defaults": {}
      }),
      ClusterRole: resource<rbacV1.ClusterRole>({
        "group": "rbac.authorization.k8s.io",
        "version": "v1",
        "kind": "ClusterRole",
        "listKind": "ClusterRoleList",
        "plural": "clusterroles",
        "singular": "clusterrole",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.rbac.v1.ClusterRole",
        "defaults": {}
      }),
      RoleBinding: resource<rbacV1.RoleBinding>({
        "group": "rbac.authorization.k8s.io",
        "version": "v1",
        "kind": "RoleBinding",
        "listKind": "RoleBindingList",
        "plural": "rolebindings",
        "singular": "rolebinding",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.rbac.v1.RoleBinding",
        "defaults": {}
      }),
      Role: resource<rbacV1.Role>({
        "group": "rbac.authorization.k8s.io",
        "version": "v1",
        "kind": "Role",
        "listKind": "RoleList",
        "plural": "roles",
        "singular": "role",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.rbac.v1.Role",
        "defaults": {}
      }),
    },
  },
  storage: {
    v1: {
      CSIDriver: resource<storageV1.CSIDriver>({
        "group": "storage.k8s.io",
        "version": "v1",
        "kind": "CSIDriver",
        "listKind": "CSIDriverList",
        "plural": "csidrivers",
        "singular": "csidriver",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.storage.v1.CSIDriver",
        "defaults": {}
      }),
      CSINode: resource<storageV1.CSINode>({
        "group": "storage.k8s.io",
        "version": "v1",
        "kind": "CSINode",
        "listKind": "CSINodeList",
        "plural": "csinodes",
        "singular": "csinode",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.storage.v1.CSINode",
        "defaults": {}
      }),
      CSIStorageCapacity: resource<storageV1.CSIStorageCapacity>({
        "group": "storage.k8s.io",
        "version": "v1",
        "kind": "CSIStorageCapacity",
        "listKind": "CSIStorageCapacityList",
        "plural": "csistoragecapacities",
        "singular": "csistoragecapacity",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.storage.v1.CSIStorageCapacity",
        "defaults": {}
      }),
      StorageClass: resource<storageV1.StorageClass>({
        "group": "storage.k8s.io",
        "version": "v1",
        "kind": "StorageClass",
        "listKind": "StorageClassList",
        "plural": "storageclasses",
        "singular": "storageclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "sc"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.storage.v1.StorageClass",
        "defaults": {}
      }),
      VolumeAttachment: resource<storageV1.VolumeAttachment>({
        "group": "storage.k8s.io",
        "version": "v1",
        "kind": "VolumeAttachment",
        "listKind": "VolumeAttachmentList",
        "plural": "volumeattachments",
        "singular": "volumeattachment",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "storage.k8s.io",
            "version": "v1",
            "kind": "VolumeAttachment"
          }
        ],
        "struct": "io.k8s.api.storage.v1.VolumeAttachment",
        "defaults": {}
      }),
      VolumeAttributesClass: resource<storageV1.VolumeAttributesClass>({
        "group": "storage.k8s.io",
        "version": "v1",
        "kind": "VolumeAttributesClass",
        "listKind": "VolumeAttributesClassList",
        "plural": "volumeattributesclasses",
        "singular": "volumeattributesclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "vac"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.storage.v1.VolumeAttributesClass",
        "defaults": {}
      }),
    },
    v1beta1: {
      VolumeAttributesClass: resource<storageV1beta1.VolumeAttributesClass>({
        "group": "storage.k8s.io",
        "version": "v1beta1",
        "kind": "VolumeAttributesClass",
        "listKind": "VolumeAttributesClassList",
        "plural": "volumeattributesclasses",
        "singular": "volumeattributesclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "vac"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.storage.v1beta1.VolumeAttributesClass",
        "defaults": {}
      }),
    },
  },
  admissionregistration: {
    v1: {
      MutatingAdmissionPolicy: resource<admissionregistrationV1.MutatingAdmissionPolicy>({
        "group": "admissionregistration.k8s.io",
        "version": "v1",
        "kind": "MutatingAdmissionPolicy",
        "listKind": "MutatingAdmissionPolicyList",
        "plural": "mutatingadmissionpolicies",
        "singular": "mutatingadmissionpolicy",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy",
        "defaults": {}
      }),
      MutatingAdmissionPolicyBinding: resource<admissionregistrationV1.MutatingAdmissionPolicyBinding>({
        "group": "admissionregistration.k8s.io",
        "version": "v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "listKind": "MutatingAdmissionPolicyBindingList",
        "plural": "mutatingadmissionpolicybindings",
        "singular": "mutatingadmissionpolicybinding",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding",
        "defaults": {}
      }),
      MutatingWebhookConfiguration: resource<admissionregistrationV1.MutatingWebhookConfiguration>({
        "group": "admissionregistration.k8s.io",
        "version": "v1",
        "kind": "MutatingWebhookConfiguration",
        "listKind": "MutatingWebhookConfigurationList",
        "plural": "mutatingwebhookconfigurations",
        "singular": "mutatingwebhookconfiguration",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration",
        "defaults": {}
      }),
      ValidatingAdmissionPolicy: resource<admissionregistrationV1.ValidatingAdmissionPolicy>({
        "group": "admissionregistration.k8s.io",
        "version": "v1",
        "kind": "ValidatingAdmissionPolicy",
        "listKind": "ValidatingAdmissionPolicyList",
        "plural": "validatingadmissionpolicies",
        "singular": "validatingadmissionpolicy",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "admissionregistration.k8s.io",
            "version": "v1",
            "kind": "ValidatingAdmissionPolicy"
          }
        ],
        "struct": "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy",
        "defaults": {}
      }),
      ValidatingAdmissionPolicyBinding: resource<admissionregistrationV1.ValidatingAdmissionPolicyBinding>({
        "group": "admissionregistration.k8s.io",
        "version": "v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "listKind": "ValidatingAdmissionPolicyBindingList",
        "plural": "validatingadmissionpolicybindings",
        "singular": "validatingadmissionpolicybinding",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding",
        "defaults": {}
      }),
      ValidatingWebhookConfiguration: resource<admissionregistrationV1.ValidatingWebhookConfiguration>({
        "group": "admissionregistration.k8s.io",
        "version": "v1",
        "kind": "ValidatingWebhookConfiguration",
        "listKind": "ValidatingWebhookConfigurationList",
        "plural": "validatingwebhookconfigurations",
        "singular": "validatingwebhookconfiguration",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration",
        "defaults": {}
      }),
    },
    v1beta1: {
      MutatingAdmissionPolicy: resource<admissionregistrationV1beta1.MutatingAdmissionPolicy>({
        "group": "admissionregistration.k8s.io",
        "version": "v1beta1",
        "kind": "MutatingAdmissionPolicy",
        "listKind": "MutatingAdmissionPolicyList",
        "plural": "mutatingadmissionpolicies",
        "singular": "mutatingadmissionpolicy",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1beta1.MutatingAdmissionPolicy",
        "defaults": {}
      }),
      MutatingAdmissionPolicyBinding: resource<admissionregistrationV1beta1.MutatingAdmissionPolicyBinding>({
        "group": "admissionregistration.k8s.io",
        "version": "v1beta1",
        "kind": "MutatingAdmissionPolicyBinding",
        "listKind": "MutatingAdmissionPolicyBindingList",
        "plural": "mutatingadmissionpolicybindings",
        "singular": "mutatingadmissionpolicybinding",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1beta1.MutatingAdmissionPolicyBinding",
        "defaults": {}
      }),
    },
    v1alpha1: {
      MutatingAdmissionPolicy: resource<admissionregistrationV1alpha1.MutatingAdmissionPolicy>({
        "group": "admissionregistration.k8s.io",
        "version": "v1alpha1",
        "kind": "MutatingAdmissionPolicy",
        "listKind": "MutatingAdmissionPolicyList",
        "plural": "mutatingadmissionpolicies",
        "singular": "mutatingadmissionpolicy",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicy",
        "defaults": {}
      }),
      MutatingAdmissionPolicyBinding: resource<admissionregistrationV1alpha1.MutatingAdmissionPolicyBinding>({
        "group": "admissionregistration.k8s.io",
        "version": "v1alpha1",
        "kind": "MutatingAdmissionPolicyBinding",
        "listKind": "MutatingAdmissionPolicyBindingList",
        "plural": "mutatingadmissionpolicybindings",
        "singular": "mutatingadmissionpolicybinding",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [
          "api-extensions"
        ],
        "subresources": [],
        "struct": "io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicyBinding",
        "defaults": {}
      }),
    },
  },
  apiextensions: {
    v1: {
      CustomResourceDefinition: resource<apiextensionsV1.CustomResourceDefinition>({
        "group": "apiextensions.k8s.io",
        "version": "v1",
        "kind": "CustomResourceDefinition",
        "listKind": "CustomResourceDefinitionList",
        "plural": "customresourcedefinitions",
        "singular": "customresourcedefinition",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "crd",
          "crds"
        ],
        "categories": [
          "api-extensions"
        ],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "apiextensions.k8s.io",
            "version": "v1",
            "kind": "CustomResourceDefinition"
          }
        ],
        "struct": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
        "defaults": {}
      }),
    },
  },
  scheduling: {
    v1: {
      PriorityClass: resource<schedulingV1.PriorityClass>({
        "group": "scheduling.k8s.io",
        "version": "v1",
        "kind": "PriorityClass",
        "listKind": "PriorityClassList",
        "plural": "priorityclasses",
        "singular": "priorityclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [
          "pc"
        ],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.scheduling.v1.PriorityClass",
        "defaults": {}
      }),
    },
    v1alpha2: {
      PodGroup: resource<schedulingV1alpha2.PodGroup>({
        "group": "scheduling.k8s.io",
        "version": "v1alpha2",
        "kind": "PodGroup",
        "listKind": "PodGroupList",
        "plural": "podgroups",
        "singular": "podgroup",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "scheduling.k8s.io",
            "version": "v1alpha2",
            "kind": "PodGroup"
          }
        ],
        "struct": "io.k8s.api.scheduling.v1alpha2.PodGroup",
        "defaults": {}
      }),
      Workload: resource<schedulingV1alpha2.Workload>({
        "group": "scheduling.k8s.io",
        "version": "v1alpha2",
        "kind": "Workload",
        "listKind": "WorkloadList",
        "plural": "workloads",
        "singular": "workload",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.scheduling.v1alpha2.Workload",
        "defaults": {}
      }),
    },
  },
  coordination: {
    v1: {
      Lease: resource<coordinationV1.Lease>({
        "group": "coordination.k8s.io",
        "version": "v1",
        "kind": "Lease",
        "listKind": "LeaseList",
        "plural": "leases",
        "singular": "lease",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.coordination.v1.Lease",
        "defaults": {}
      }),
    },
    v1beta1: {
      LeaseCandidate: resource<coordinationV1beta1.LeaseCandidate>({
        "group": "coordination.k8s.io",
        "version": "v1beta1",
        "kind": "LeaseCandidate",
        "listKind": "LeaseCandidateList",
        "plural": "leasecandidates",
        "singular": "leasecandidate",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.coordination.v1beta1.LeaseCandidate",
        "defaults": {}
      }),
    },
    v1alpha2: {
      LeaseCandidate: resource<coordinationV1alpha2.LeaseCandidate>({
        "group": "coordination.k8s.io",
        "version": "v1alpha2",
        "kind": "LeaseCandidate",
        "listKind": "LeaseCandidateList",
        "plural": "leasecandidates",
        "singular": "leasecandidate",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.coordination.v1alpha2.LeaseCandidate",
        "defaults": {}
      }),
    },
  },
  node: {
    v1: {
      RuntimeClass: resource<nodeV1.RuntimeClass>({
        "group": "node.k8s.io",
        "version": "v1",
        "kind": "RuntimeClass",
        "listKind": "RuntimeClassList",
        "plural": "runtimeclasses",
        "singular": "runtimeclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.node.v1.RuntimeClass",
        "defaults": {}
      }),
    },
  },
  discovery: {
    v1: {
      EndpointSlice: resource<discoveryV1.EndpointSlice>({
        "group": "discovery.k8s.io",
        "version": "v1",
        "kind": "EndpointSlice",
        "listKind": "EndpointSliceList",
        "plural": "endpointslices",
        "singular": "endpointslice",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.discovery.v1.EndpointSlice",
        "defaults": {}
      }),
    },
  },
  resource: {
    v1: {
      DeviceClass: resource<resourceV1.DeviceClass>({
        "group": "resource.k8s.io",
        "version": "v1",
        "kind": "DeviceClass",
        "listKind": "DeviceClassList",
        "plural": "deviceclasses",
        "singular": "deviceclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1.DeviceClass",
        "defaults": {}
      }),
      ResourceClaim: resource<resourceV1.ResourceClaim>({
        "group": "resource.k8s.io",
        "version": "v1",
        "kind": "ResourceClaim",
        "listKind": "ResourceClaimList",
        "plural": "resourceclaims",
        "singular": "resourceclaim",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "resource.k8s.io",
            "version": "v1",
            "kind": "ResourceClaim"
          }
        ],
        "struct": "io.k8s.api.resource.v1.ResourceClaim",
        "defaults": {}
      }),
      ResourceClaimTemplate: resource<resourceV1.ResourceClaimTemplate>({
        "group": "resource.k8s.io",
        "version": "v1",
        "kind": "ResourceClaimTemplate",
        "listKind": "ResourceClaimTemplateList",
        "plural": "resourceclaimtemplates",
        "singular": "resourceclaimtemplate",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1.ResourceClaimTemplate",
        "defaults": {}
      }),
      ResourceSlice: resource<resourceV1.ResourceSlice>({
        "group": "resource.k8s.io",
        "version": "v1",
        "kind": "ResourceSlice",
        "listKind": "ResourceSliceList",
        "plural": "resourceslices",
        "singular": "resourceslice",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1.ResourceSlice",
        "defaults": {}
      }),
    },
    v1beta2: {
      DeviceClass: resource<resourceV1beta2.DeviceClass>({
        "group": "resource.k8s.io",
        "version": "v1beta2",
        "kind": "DeviceClass",
        "listKind": "DeviceClassList",
        "plural": "deviceclasses",
        "singular": "deviceclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1beta2.DeviceClass",
        "defaults": {}
      }),
      DeviceTaintRule: resource<resourceV1beta2.DeviceTaintRule>({
        "group": "resource.k8s.io",
        "version": "v1beta2",
        "kind": "DeviceTaintRule",
        "listKind": "DeviceTaintRuleList",
        "plural": "devicetaintrules",
        "singular": "devicetaintrule",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "resource.k8s.io",
            "version": "v1beta2",
            "kind": "DeviceTaintRule"
          }
        ],
        "struct": "io.k8s.api.resource.v1beta2.DeviceTaintRule",
        "defaults": {}
      }),
      ResourceClaim: resource<resourceV1beta2.ResourceClaim>({
        "group": "resource.k8s.io",
        "version": "v1beta2",
        "kind": "ResourceClaim",
        "listKind": "ResourceClaimList",
        "plural": "resourceclaims",
        "singular": "resourceclaim",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "resource.k8s.io",
            "version": "v1beta2",
            "kind": "ResourceClaim"
          }
        ],
        "struct": "io.k8s.api.resource.v1beta2.ResourceClaim",
        "defaults": {}
      }),
      ResourceClaimTemplate: resource<resourceV1beta2.ResourceClaimTemplate>({
        "group": "resource.k8s.io",
        "version": "v1beta2",
        "kind": "ResourceClaimTemplate",
        "listKind": "ResourceClaimTemplateList",
        "plural": "resourceclaimtemplates",
        "singular": "resourceclaimtemplate",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1beta2.ResourceClaimTemplate",
        "defaults": {}
      }),
      ResourceSlice: resource<resourceV1beta2.ResourceSlice>({
        "group": "resource.k8s.io",
        "version": "v1beta2",
        "kind": "ResourceSlice",
        "listKind": "ResourceSliceList",
        "plural": "resourceslices",
        "singular": "resourceslice",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1beta2.ResourceSlice",
        "defaults": {}
      }),
    },
    v1beta1: {
      DeviceClass: resource<resourceV1beta1.DeviceClass>({
        "group": "resource.k8s.io",
        "version": "v1beta1",
        "kind": "DeviceClass",
        "listKind": "DeviceClassList",
        "plural": "deviceclasses",
        "singular": "deviceclass",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1beta1.DeviceClass",
        "defaults": {}
      }),
      ResourceClaim: resource<resourceV1beta1.ResourceClaim>({
        "group": "resource.k8s.io",
        "version": "v1beta1",
        "kind": "ResourceClaim",
        "listKind": "ResourceClaimList",
        "plural": "resourceclaims",
        "singular": "resourceclaim",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "resource.k8s.io",
            "version": "v1beta1",
            "kind": "ResourceClaim"
          }
        ],
        "struct": "io.k8s.api.resource.v1beta1.ResourceClaim",
        "defaults": {}
      }),
      ResourceClaimTemplate: resource<resourceV1beta1.ResourceClaimTemplate>({
        "group": "resource.k8s.io",
        "version": "v1beta1",
        "kind": "ResourceClaimTemplate",
        "listKind": "ResourceClaimTemplateList",
        "plural": "resourceclaimtemplates",
        "singular": "resourceclaimtemplate",
        "namespaced": true,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1beta1.ResourceClaimTemplate",
        "defaults": {}
      }),
      ResourceSlice: resource<resourceV1beta1.ResourceSlice>({
        "group": "resource.k8s.io",
        "version": "v1beta1",
        "kind": "ResourceSlice",
        "listKind": "ResourceSliceList",
        "plural": "resourceslices",
        "singular": "resourceslice",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [],
        "struct": "io.k8s.api.resource.v1beta1.ResourceSlice",
        "defaults": {}
      }),
    },
    v1alpha3: {
      DeviceTaintRule: resource<resourceV1alpha3.DeviceTaintRule>({
        "group": "resource.k8s.io",
        "version": "v1alpha3",
        "kind": "DeviceTaintRule",
        "listKind": "DeviceTaintRuleList",
        "plural": "devicetaintrules",
        "singular": "devicetaintrule",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "resource.k8s.io",
            "version": "v1alpha3",
            "kind": "DeviceTaintRule"
          }
        ],
        "struct": "io.k8s.api.resource.v1alpha3.DeviceTaintRule",
        "defaults": {}
      }),
      ResourcePoolStatusRequest: resource<resourceV1alpha3.ResourcePoolStatusRequest>({
        "group": "resource.k8s.io",
        "version": "v1alpha3",
        "kind": "ResourcePoolStatusRequest",
        "listKind": "ResourcePoolStatusRequestList",
        "plural": "resourcepoolstatusrequests",
        "singular": "resourcepoolstatusrequest",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "resource.k8s.io",
            "version": "v1alpha3",
            "kind": "ResourcePoolStatusRequest"
          }
        ],
        "struct": "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequest",
        "defaults": {}
      }),
    },
  },
  flowcontrol: {
    v1: {
      FlowSchema: resource<flowcontrolV1.FlowSchema>({
        "group": "flowcontrol.apiserver.k8s.io",
        "version": "v1",
        "kind": "FlowSchema",
        "listKind": "FlowSchemaList",
        "plural": "flowschemas",
        "singular": "flowschema",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "flowcontrol.apiserver.k8s.io",
            "version": "v1",
            "kind": "FlowSchema"
          }
        ],
        "struct": "io.k8s.api.flowcontrol.v1.FlowSchema",
        "defaults": {}
      }),
      PriorityLevelConfiguration: resource<flowcontrolV1.PriorityLevelConfiguration>({
        "group": "flowcontrol.apiserver.k8s.io",
        "version": "v1",
        "kind": "PriorityLevelConfiguration",
        "listKind": "PriorityLevelConfigurationList",
        "plural": "prioritylevelconfigurations",
        "singular": "prioritylevelconfiguration",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "flowcontrol.apiserver.k8s.io",
            "version": "v1",
            "kind": "PriorityLevelConfiguration"
          }
        ],
        "struct": "io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration",
        "defaults": {}
      }),
    },
  },
  apiserverinternal: {
    v1alpha1: {
      StorageVersion: resource<apiserverinternalV1alpha1.StorageVersion>({
        "group": "internal.apiserver.k8s.io",
        "version": "v1alpha1",
        "kind": "StorageVersion",
        "listKind": "StorageVersionList",
        "plural": "storageversions",
        "singular": "storageversion",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "internal.apiserver.k8s.io",
            "version": "v1alpha1",
            "kind": "StorageVersion"
          }
        ],
        "struct": "io.k8s.api.apiserverinternal.v1alpha1.StorageVersion",
        "defaults": {}
      }),
    },
  },
  storagemigration: {
    v1beta1: {
      StorageVersionMigration: resource<storagemigrationV1beta1.StorageVersionMigration>({
        "group": "storagemigration.k8s.io",
        "version": "v1beta1",
        "kind": "StorageVersionMigration",
        "listKind": "StorageVersionMigrationList",
        "plural": "storageversionmigrations",
        "singular": "storageversionmigration",
        "namespaced": false,
        "verbs": [
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "update",
          "watch"
        ],
        "shortNames": [],
        "categories": [],
        "subresources": [
          {
            "name": "status",
            "verbs": [
              "get",
              "patch",
              "update"
            ],
            "group": "storagemigration.k8s.io",
            "version": "v1beta1",
            "kind": "StorageVersionMigration"
          }
        ],
        "struct": "io.k8s.api.storagemigration.v1beta1.StorageVersionMigration",
        "defaults": {}
      }),
    },
  },
};

/** The same, in the order of discovery, for whoever serves kinds that no one wrote rules for. */
export const allFacts: readonly KindFacts[] = [
  facts.core.v1.Binding,
  facts.core.v1.ComponentStatus,
  facts.core.v1.ConfigMap,
  facts.core.v1.Endpoints,
  facts.core.v1.Event,
  facts.core.v1.LimitRange,
  facts.core.v1.Namespace,
  facts.core.v1.Node,
  facts.core.v1.PersistentVolumeClaim,
  facts.core.v1.PersistentVolume,
  facts.core.v1.Pod,
  facts.core.v1.PodTemplate,
  facts.core.v1.ReplicationController,
  facts.core.v1.ResourceQuota,
  facts.core.v1.Secret,
  facts.core.v1.ServiceAccount,
  facts.core.v1.Service,
  facts.apiregistration.v1.APIService,
  facts.apps.v1.ControllerRevision,
  facts.apps.v1.DaemonSet,
  facts.apps.v1.Deployment,
  facts.apps.v1.ReplicaSet,
  facts.apps.v1.StatefulSet,
  facts.events.v1.Event,
  facts.authentication.v1.SelfSubjectReview,
  facts.authentication.v1.TokenReview,
  facts.authorization.v1.LocalSubjectAccessReview,
  facts.authorization.v1.SelfSubjectAccessReview,
  facts.authorization.v1.SelfSubjectRulesReview,
  facts.authorization.v1.SubjectAccessReview,
  facts.autoscaling.v2.HorizontalPodAutoscaler,
  facts.autoscaling.v1.HorizontalPodAutoscaler,
  facts.batch.v1.CronJob,
  facts.batch.v1.Job,
  facts.certificates.v1.CertificateSigningRequest,
  facts.certificates.v1beta1.ClusterTrustBundle,
  facts.certificates.v1beta1.PodCertificateRequest,
  facts.certificates.v1alpha1.ClusterTrustBundle,
  facts.networking.v1.IngressClass,
  facts.networking.v1.Ingress,
  facts.networking.v1.IPAddress,
  facts.networking.v1.NetworkPolicy,
  facts.networking.v1.ServiceCIDR,
  facts.networking.v1beta1.IPAddress,
  facts.networking.v1beta1.ServiceCIDR,
  facts.policy.v1.PodDisruptionBudget,
  facts.rbac.v1.ClusterRoleBinding,
  facts.rbac.v1.ClusterRole,
  facts.rbac.v1.RoleBinding,
  facts.rbac.v1.Role,
  facts.storage.v1.CSIDriver,
  facts.storage.v1.CSINode,
  facts.storage.v1.CSIStorageCapacity,
  facts.storage.v1.StorageClass,
  facts.storage.v1.VolumeAttachment,
  facts.storage.v1.VolumeAttributesClass,
  facts.storage.v1beta1.VolumeAttributesClass,
  facts.admissionregistration.v1.MutatingAdmissionPolicy,
  facts.admissionregistration.v1.MutatingAdmissionPolicyBinding,
  facts.admissionregistration.v1.MutatingWebhookConfiguration,
  facts.admissionregistration.v1.ValidatingAdmissionPolicy,
  facts.admissionregistration.v1.ValidatingAdmissionPolicyBinding,
  facts.admissionregistration.v1.ValidatingWebhookConfiguration,
  facts.admissionregistration.v1beta1.MutatingAdmissionPolicy,
  facts.admissionregistration.v1beta1.MutatingAdmissionPolicyBinding,
  facts.admissionregistration.v1alpha1.MutatingAdmissionPolicy,
  facts.admissionregistration.v1alpha1.MutatingAdmissionPolicyBinding,
  facts.apiextensions.v1.CustomResourceDefinition,
  facts.scheduling.v1.PriorityClass,
  facts.scheduling.v1alpha2.PodGroup,
  facts.scheduling.v1alpha2.Workload,
  facts.coordination.v1.Lease,
  facts.coordination.v1beta1.LeaseCandidate,
  facts.coordination.v1alpha2.LeaseCandidate,
  facts.node.v1.RuntimeClass,
  facts.discovery.v1.EndpointSlice,
  facts.resource.v1.DeviceClass,
  facts.resource.v1.ResourceClaim,
  facts.resource.v1.ResourceClaimTemplate,
  facts.resource.v1.ResourceSlice,
  facts.resource.v1beta2.DeviceClass,
  facts.resource.v1beta2.DeviceTaintRule,
  facts.resource.v1beta2.ResourceClaim,
  facts.resource.v1beta2.ResourceClaimTemplate,
  facts.resource.v1beta2.ResourceSlice,
  facts.resource.v1beta1.DeviceClass,
  facts.resource.v1beta1.ResourceClaim,
  facts.resource.v1beta1.ResourceClaimTemplate,
  facts.resource.v1beta1.ResourceSlice,
  facts.resource.v1alpha3.DeviceTaintRule,
  facts.resource.v1alpha3.ResourcePoolStatusRequest,
  facts.flowcontrol.v1.FlowSchema,
  facts.flowcontrol.v1.PriorityLevelConfiguration,
  facts.apiserverinternal.v1alpha1.StorageVersion,
  facts.storagemigration.v1beta1.StorageVersionMigration,
];

/** The groups in the order of discovery, the core group first; of each its versions, the preferred one first. */
export const groups: readonly GroupFacts[] = [
  { name: "", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "apiregistration.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "apps", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "events.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "authentication.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "authorization.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "autoscaling", versions: [{ version: "v2", servedByDefault: true }, { version: "v1", servedByDefault: true }] },
  { name: "batch", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "certificates.k8s.io", versions: [{ version: "v1", servedByDefault: true }, { version: "v1beta1", servedByDefault: false }, { version: "v1alpha1", servedByDefault: false }] },
  { name: "networking.k8s.io", versions: [{ version: "v1", servedByDefault: true }, { version: "v1beta1", servedByDefault: false }] },
  { name: "policy", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "rbac.authorization.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "storage.k8s.io", versions: [{ version: "v1", servedByDefault: true }, { version: "v1beta1", servedByDefault: false }] },
  { name: "admissionregistration.k8s.io", versions: [{ version: "v1", servedByDefault: true }, { version: "v1beta1", servedByDefault: false }, { version: "v1alpha1", servedByDefault: false }] },
  { name: "apiextensions.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "scheduling.k8s.io", versions: [{ version: "v1", servedByDefault: true }, { version: "v1alpha2", servedByDefault: false }] },
  { name: "coordination.k8s.io", versions: [{ version: "v1", servedByDefault: true }, { version: "v1beta1", servedByDefault: false }, { version: "v1alpha2", servedByDefault: false }] },
  { name: "node.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "discovery.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "resource.k8s.io", versions: [{ version: "v1", servedByDefault: true }, { version: "v1beta2", servedByDefault: false }, { version: "v1beta1", servedByDefault: false }, { version: "v1alpha3", servedByDefault: false }] },
  { name: "flowcontrol.apiserver.k8s.io", versions: [{ version: "v1", servedByDefault: true }] },
  { name: "internal.apiserver.k8s.io", versions: [{ version: "v1alpha1", servedByDefault: false }] },
  { name: "storagemigration.k8s.io", versions: [{ version: "v1beta1", servedByDefault: false }] },
];

export interface GroupFacts {
  readonly name: string;
  readonly versions: readonly {
    readonly version: string;
    /** Kubernetes serves alpha and beta versions only where it is told to. */
    readonly servedByDefault: boolean;
  }[];
}

type Written = Omit<KindFacts, "shape"> & { readonly struct: string };

function resource<T extends KubeObject>({ struct, ...written }: Written): KindFacts<T> {
  return { ...written, shape: shapes(struct) };
}
