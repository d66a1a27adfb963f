import type { CertificateReader } from "../../api/certificates/reader.ts";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { KUBELET_SERVING } from "../../api/certificates/v1/signer-name.ts";
import { Node } from "../../api/core/v1/node.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import { SERVER_NAMES } from "../../apiserver/server-names.ts";
import type { Cache } from "../../client/cache.ts";
import { decodeBase64 } from "../../machinery/base64.ts";
import { type Controller, defineController, settled, watched } from "../../reconciler/controller.ts";
import { approve } from "../csrapproving/approve.ts";
import { isDecided } from "../csrapproving/plan.ts";
import { askingNode, servingProblem } from "./plan.ts";

/**
 * Approves kubelets' requests for the certificate of their own API, where every name and address in it is the node's own.
 * Kubernetes leaves that to others, because only who made the machines can know; here the cluster knows its nodes. What is
 * not approved waits: for the node to say its addresses, or for a person.
 * @param ownNode the node on the API server's own machine, which has its address
 */
export function csrServing(reader: CertificateReader, ownNode?: string): Controller {
  return defineController({
    name: "csrserving",
    user: SERVING_APPROVER,
    reconciles: CertificateSigningRequest,
    watches: [
      watched(Node, ({ metadata }, cache) =>
        cache
          .list(CertificateSigningRequest)
          .filter((request) => isForUs(request) && askingNode(request) === metadata.name)
          .map((request) => request.metadata.name),
      ),
    ],
    async reconcile(key, context) {
      const { cache, because, log } = context;
      const request = cache.get(CertificateSigningRequest, key);
      if (request === undefined || !isForUs(request)) return settled;
      const name = askingNode(request);
      const node = name === undefined ? undefined : cache.get(Node, name);
      if (node === undefined) return settled;
      const requested = reader.readRequest(decodeBase64(request.spec.request));
      const problem = servingProblem(request, requested, node, {
        nodes: cache.list(Node),
        server: new Set([...SERVER_NAMES, ...(name === ownNode ? [] : serverAddresses(cache))]),
      });
      if (problem !== undefined) {
        log.info("a node's serving certificate waits for approval", { request: key, problem });
        return settled;
      }
      because("all names and addresses are the node's own");
      await approve(request, MESSAGE, context);
      return settled;
    },
  }) as unknown as Controller;
}

/** Who approves: it may approve for this one signer, and nothing else. */
export const SERVING_APPROVER = "system:serviceaccount:kube-system:kubelet-serving-approver";

const MESSAGE = "Auto approving kubelet serving certificate: its names and addresses are the node's own.";

function isForUs(request: CertificateSigningRequest): boolean {
  return request.spec.signerName === KUBELET_SERVING && !isDecided(request);
}

function serverAddresses(cache: Cache): readonly string[] {
  const service = cache.get(Service, KUBERNETES);
  const slice = cache.get(EndpointSlice, KUBERNETES);
  return [...(service?.spec.clusterIPs ?? []), ...(slice?.endpoints ?? []).flatMap(({ addresses }) => addresses)];
}

const KUBERNETES = "default/kubernetes";
