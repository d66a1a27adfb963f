import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Peer } from "../../../apiserver/http.ts";

const peers = new WeakMap<Socket, Peer>();

/** Who is at the other end; worked out once a connection. */
export function peerOf(socket: Socket): Peer {
  let peer = peers.get(socket);
  if (peer === undefined) {
    peer = readPeer(socket);
    peers.set(socket, peer);
  }
  return peer;
}

function readPeer(socket: Socket): Peer {
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  if (!(socket instanceof TLSSocket)) return { address };
  const certificate = socket.getPeerCertificate(false);
  // Node gives an empty object where no certificate was sent.
  if (certificate?.subject === undefined) return { address };
  if (!socket.authorized) return { address, badCertificate: true };
  const { CN: commonName, O: organizations } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  return {
    address,
    certificate: {
      commonName: [commonName ?? ""].flat().at(-1) ?? "",
      organizations: [organizations ?? []].flat(),
      fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    },
  };
}
