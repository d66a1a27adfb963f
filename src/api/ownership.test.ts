import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeValue } from "../machinery/decode.ts";
import type { Json, JsonObject } from "../machinery/json.ts";
import type { ManagedFieldsEntry } from "../machinery/object.ts";
import { applyConfiguration } from "../machinery/ownership/apply.ts";
import { excluding } from "../machinery/ownership/filter.ts";
import { ownershipOnUpdate } from "../machinery/ownership/update.ts";
import { StatusError } from "../machinery/status.ts";
import vectors from "../machinery/testdata/ownership.json" with { type: "json" };
import { allFacts } from "./generated/resources.ts";

// Scenarios recorded from apimachinery's field manager v0.36.3 with Kubernetes' own schema. Each step starts from the
// object that the last successful one left behind.

interface Step {
  readonly op: "create" | "update" | "apply";
  readonly manager: string;
  readonly subresource?: string;
  readonly force?: boolean;
  readonly object: JsonObject;
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly result?: JsonObject;
  readonly error?: string;
  readonly status?: object;
}

interface Scenario {
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly steps: readonly Step[];
}

for (const scenario of vectors as unknown as readonly Scenario[]) {
  test(`ownership: ${scenario.name}`, () => {
    let live: JsonObject | undefined;
    for (const [index, step] of scenario.steps.entries()) {
      const where = `step ${index}: ${step.op} by ${step.manager}`;
      if (step.error !== undefined) {
        assert.throws(
          () => perform(scenario, live, step),
          (error: unknown) => {
            assert.ok(error instanceof StatusError, where);
            if (!error.message.includes("invalid object type")) assert.equal(error.message, step.error, where);
            if (step.status !== undefined) {
              const { kind, apiVersion, ...status } = error.status;
              assert.deepEqual(status, step.status, where);
            }
            return true;
          },
        );
        continue;
      }
      const { object, managedFields } = perform(scenario, live, step);
      const shown = managedFields.map(({ time, ...entry }) => entry);
      assert.equal(JSON.stringify(shown, null, 1), JSON.stringify(step.managedFields, null, 1), where);
      if (step.result !== undefined) assert.deepEqual(withoutManagedFields(object), step.result, where);
      live = {
        ...object,
        metadata: { ...(object["metadata"] as JsonObject), uid: "u1", managedFields: managedFields as unknown as Json },
      };
    }
  });
}

function perform(
  { apiVersion, kind }: Scenario,
  live: JsonObject | undefined,
  { op, manager, subresource = "", force = false, object }: Step,
): { readonly object: JsonObject; readonly managedFields: readonly ManagedFieldsEntry[] } {
  const versionOf = (facts: { group: string; version: string }) =>
    (facts.group === "" ? "" : `${facts.group}/`) + facts.version;
  const { shape } = allFacts.find((facts) => versionOf(facts) === apiVersion && facts.kind === kind)!;
  const filter = subresource === "status" ? excluding("spec", "metadata.labels") : excluding("status");
  const context = { shape, apiVersion, kind, filter };
  const writer = { manager, subresource, now: 0 };
  if (op === "apply") {
    const { object: applied, managedFields } = applyConfiguration(context, live, object, writer, { force });
    return { object: decodeValue(shape, applied).value as JsonObject, managedFields };
  }
  const next = decodeValue(shape, { ...object, apiVersion, kind }).value as JsonObject;
  const sent = (object["metadata"] as { managedFields?: ManagedFieldsEntry[] }).managedFields;
  return { object: next, managedFields: ownershipOnUpdate(context, live, next, writer, sent) };
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const { managedFields: _, ...metadata } = object["metadata"] as JsonObject;
  return { ...object, metadata };
}
