import { ConfigMap } from "../../api/core/v1/config-map.ts";
import { Namespace } from "../../api/core/v1/namespace.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import { type Controller, defineController, scoped, settled, watched } from "../../reconciler/controller.ts";
import { isTerminatingNamespace } from "../pods/write.ts";

const NAME = "kube-root-ca.crt";
const ANNOTATION = "kubernetes.io/description";
const DESCRIPTION =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. " +
  "No other usage is guaranteed across distributions of Kubernetes clusters.";

/** Publishes in every namespace by which certificate pods know the API server. @param rootCa in PEM. */
export function rootCaPublisher(rootCa: string): Controller {
  const data = { "ca.crt": rootCa };
  return defineController({
    name: "root-ca-publisher",
    user: "system:serviceaccount:kube-system:root-ca-cert-publisher",
    reconciles: Namespace,
    watches: [watched(ConfigMap, ({ metadata }) => [metadata.namespace!])],
    scopes: [scoped(ConfigMap, { fieldSelector: `metadata.name=${NAME}` })],
    async reconcile(key, { cache, client, because, signal }) {
      if (cache.get(Namespace, key)?.status.phase !== "Active") return settled;
      const present = cache.get(ConfigMap, `${key}/${NAME}`);
      const annotations = { [ANNOTATION]: DESCRIPTION };
      if (present === undefined) {
        because("the namespace has no certificate of the API server");
        const metadata = { name: NAME, namespace: key, annotations };
        await client.create(ConfigMap, { metadata, data }, { signal }).catch((error: unknown) => {
          if (!isStatus(error, "NotFound", "AlreadyExists") && !isTerminatingNamespace(error)) throw error;
        });
        return settled;
      }
      if (sameJson(present.data, data) && (present.metadata.annotations?.[ANNOTATION] ?? "") !== "") return settled;
      because("the published certificate is not the API server's");
      const metadata = { ...present.metadata, annotations: { ...present.metadata.annotations, ...annotations } };
      await client.update(ConfigMap, { ...present, metadata, data }, { signal });
      return settled;
    },
  }) as unknown as Controller;
}
