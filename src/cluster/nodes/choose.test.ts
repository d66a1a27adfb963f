import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseFabric, freeAddress, freeName } from "./choose.ts";

const eth0 = { cidr: "192.0.2.0/24", device: "eth0" };

test("nodes: their network overlaps nothing that the machine has", () => {
  assert.equal(chooseFabric(undefined, [eth0]), "10.89.0.0/24");
  const vpn = { cidr: "10.89.0.0/23", device: "tun0" };
  assert.equal(chooseFabric(undefined, [eth0, vpn]), "10.89.2.0/24");
  assert.equal(chooseFabric("172.30.5.9/24", [eth0]), "172.30.5.0/24");
  assert.throws(() => chooseFabric("10.89.1.0/28", [vpn]), {
    message: "--node-cidr 10.89.1.0/28 overlaps 10.89.0.0/23, which this machine has on tun0",
  });
  for (const wrong of ["10.89.0.0", "fd00::/64", "10.89.0.0/30"])
    assert.throws(() => chooseFabric(wrong, []), /--node-cidr is a network for nodes/);
  assert.throws(() => chooseFabric(undefined, [{ cidr: "10.0.0.0/8", device: "tun0" }]), /no network is free/);
});

test("nodes: addresses and names are the first free ones", () => {
  assert.equal(freeAddress("10.89.0.0/29", []), "10.89.0.2");
  assert.equal(freeAddress("10.89.0.0/29", ["10.89.0.2", "10.89.0.4"]), "10.89.0.3");
  const all = ["10.89.0.2", "10.89.0.3", "10.89.0.4", "10.89.0.5", "10.89.0.6"];
  assert.equal(freeAddress("10.89.0.0/29", all), undefined);
  assert.equal(freeName("box", ["box", "box-2", "box-4"]), "box-3");
});
