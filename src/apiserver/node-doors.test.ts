import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lookup } from "./admission/lookup.ts";
import { doorsOfNodes } from "./node-doors.ts";

const node = (name: string, address: string, podCIDRs: readonly string[], port?: number) => ({
  metadata: { name },
  spec: { podCIDRs },
  status: {
    addresses: [
      { type: "Hostname", address: name },
      { type: "InternalIP", address },
    ],
    ...(port === undefined ? {} : { daemonEndpoints: { kubeletEndpoint: { Port: port } } }),
  },
});

test("node doors: the node that has a pod's address, and none for other addresses", () => {
  const nodes = [
    node("a", "192.0.2.1", ["10.244.0.0/24", "fd00:244::/64"], 10250),
    node("b", "192.0.2.2", ["10.244.1.0/24"], 10251),
    node("c", "192.0.2.3", ["10.244.2.0/24"]),
  ];
  const doorTo = doorsOfNodes({ get: () => undefined, list: () => nodes } as unknown as Lookup);
  assert.deepEqual(doorTo("10.244.0.7"), { host: "192.0.2.1", port: 10250 });
  assert.deepEqual(doorTo("fd00:244::7"), { host: "192.0.2.1", port: 10250 });
  assert.deepEqual(doorTo("10.244.1.7"), { host: "192.0.2.2", port: 10251 });
  // It has not said yet where it listens.
  for (const other of ["10.244.2.7", "192.0.2.1", "127.0.0.1", "web.default.svc"])
    assert.equal(doorTo(other), undefined);
});
