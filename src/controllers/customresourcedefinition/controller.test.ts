import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionOf, CustomResourceDefinition } from "../../api/apiextensions/v1/custom-resource-definition.ts";
import { builtInKinds } from "../../api/kinds.ts";
import type { Kind } from "../../api/kind.ts";
import { createRegistry } from "../../api/registry.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { simulatedAuthority } from "../../host/sim/certificates.ts";
import { allControllers } from "../all.ts";
import { definitionStatus } from "./plan.ts";

const APPROVAL = "api-approved.kubernetes.io";
const schema = { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } };

function definition(plural: string, kind: string, more: object = {}): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural, kind, ...more },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  } as unknown as CustomResourceDefinition;
}

function kindIn(world: World, plural: string): Kind | undefined {
  return world.server.registry.byResource("example.com", "v1", plural);
}

test("customresourcedefinition: a kind is served once its names are accepted, and goes with all its objects", async () => {
  await using world = await simulate({ nodes: 0 });
  await world.apply(CustomResourceDefinition, definition("widgets", "Widget"));
  await world.settle();
  const status = () => world.get(CustomResourceDefinition, "widgets.example.com")!;
  assert.equal(conditionOf(status(), "NamesAccepted")?.reason, "NoConflicts");
  assert.equal(conditionOf(status(), "Established")?.status, "True");
  const Widget = kindIn(world, "widgets")!;
  await world.apply(Widget, { metadata: { name: "a", namespace: "default" }, spec: { size: 1, extra: 2 } } as never);
  const held = { metadata: { name: "b", namespace: "default", finalizers: ["example.com/held"] }, spec: {} };
  await world.apply(Widget, held as never);
  assert.deepEqual((world.get(Widget, "a") as unknown as { spec: unknown }).spec, { size: 1 });
  await world.assertQuiet();

  await world.client.delete(CustomResourceDefinition, status().metadata, {});
  await world.advance(2_000);
  assert.equal(conditionOf(status(), "Terminating")?.reason, "InstanceDeletionInProgress");
  assert.equal(world.get(Widget, "a"), undefined);
  await assert.rejects(world.client.create(kindIn(world, "widgets")!, held as never), /does not allow this method/);
  const { metadata, ...content } = world.get(Widget, "b")!;
  const { finalizers: _finalizers, ...bare } = metadata;
  await world.client.update(Widget, { ...content, metadata: bare } as never);
  await world.advance(2_000);
  await world.settle();
  assert.equal(world.get(CustomResourceDefinition, "widgets.example.com"), undefined);
  assert.equal(kindIn(world, "widgets"), undefined);
});

test("customresourcedefinition: a kind in a group of Kubernetes' own says whether it is approved", async () => {
  await using world = await simulate({ nodes: 0 });
  const { spec, ...unspecified } = definition("widgets", "Widget");
  const metadata = { name: "widgets.x.k8s.io", annotations: { [APPROVAL]: "unapproved, a trial" } };
  const told = () => {
    const made = world.get(CustomResourceDefinition, metadata.name)!;
    assert.equal(conditionOf(made, "Established")?.status, "True");
    const { status, message } = conditionOf(made, "KubernetesAPIApprovalPolicyConformant")!;
    return [status, message];
  };
  await world.apply(CustomResourceDefinition, { ...unspecified, metadata, spec: { ...spec, group: "x.k8s.io" } });
  await world.settle();
  assert.deepEqual(told(), ["False", 'not approved: "unapproved, a trial"']);
  const live = world.get(CustomResourceDefinition, metadata.name)!;
  const annotations = { [APPROVAL]: "https://example.com/1" };
  await world.client.update(CustomResourceDefinition, { ...live, metadata: { ...live.metadata, annotations } });
  await world.settle();
  assert.deepEqual(told(), ["True", "approved in https://example.com/1"]);
  await world.assertQuiet();
});

test("customresourcedefinition: names that others have are accepted when they are free", async () => {
  await using world = await simulate({ nodes: 0 });
  await world.apply(CustomResourceDefinition, definition("widgets", "Widget", { shortNames: ["wd"] }));
  await world.settle();
  await world.apply(CustomResourceDefinition, definition("wards", "Ward", { shortNames: ["wd"] }));
  await world.settle();
  const second = () => world.get(CustomResourceDefinition, "wards.example.com")!;
  const { status, reason, message } = conditionOf(second(), "NamesAccepted")!;
  assert.deepEqual([status, reason, message], ["False", "ShortNamesConflict", '"wd" is already in use']);
  assert.equal(kindIn(world, "wards"), undefined);
  const first = world.get(CustomResourceDefinition, "widgets.example.com")!;
  await world.client.delete(CustomResourceDefinition, first.metadata, {});
  await world.settle();
  assert.equal(conditionOf(second(), "Established")?.status, "True");
  assert.notEqual(kindIn(world, "wards"), undefined);
});

test("customresourcedefinition: each sort of name is compared with its own", () => {
  const taken = {
    ...definition("widgets", "Widget"),
    status: { acceptedNames: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" } },
  } as CustomResourceDefinition;
  const cases: readonly [plural: string, kind: string, more: object, reason: string][] = [
    ["gears", "Gear", {}, "NoConflicts"],
    ["gears", "Widget", {}, "KindConflict"],
    ["gears", "Gear", { listKind: "WidgetList" }, "ListKindConflict"],
    ["widget", "Gear", {}, "PluralConflict"],
    ["gears", "Gear", { singular: "widgets" }, "SingularConflict"],
    ["gears", "Gear", { shortNames: ["g", "widget"] }, "ShortNamesConflict"],
  ];
  for (const [plural, kind, more, reason] of cases) {
    const asked = definition(plural, kind, more);
    const fresh = {
      ...asked,
      status: { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions: ["v1"] },
    };
    const { conditions } = definitionStatus(fresh, [taken], 0);
    assert.equal(
      conditions?.find(({ type }) => type === "NamesAccepted")?.reason,
      reason,
      JSON.stringify([plural, kind]),
    );
  }
});

test("customresourcedefinition: it is among the loops that a server runs", () => {
  const registry = createRegistry(builtInKinds());
  const loops = allControllers({ registry, rootCa: "", podCidr: "10.0.0.0/8", certificates: simulatedAuthority });
  assert(loops.some(({ name }) => name === "customresourcedefinition"));
});
