import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { NeighbourWire } from "../../../network/ports.ts";

/**
 * Datagrams between nodes. Whoever is on their network can send some, as he can answer ARP: a false one does no more than to leave
 * an address where it is. @param own the node's address @param port the same on all nodes
 */
export async function openNeighbourWire(own: string, port: number): Promise<NeighbourWire & Disposable> {
  const socket = createSocket(own.includes(":") ? "udp6" : "udp4");
  socket.bind(port, own.includes(":") ? "::" : "0.0.0.0");
  await once(socket, "listening");
  // A neighbour that is gone makes the kernel say so at times: that it is silent says it all.
  socket.on("error", () => {});
  return {
    send: (address, message) => socket.send(message, port, address, () => {}),
    listen: (hear) => void socket.on("message", hear),
    [Symbol.dispose]: () => void socket.close(),
  };
}
