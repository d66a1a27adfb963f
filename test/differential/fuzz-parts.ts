import fc from "fast-check";
import { shapes } from "../../src/api/generated/shapes.ts";
import type { Shape, StructShape } from "../../src/machinery/shape.ts";
import { placesIn } from "./bad-objects.ts";
import type { HttpStep } from "./define-case.ts";
import { changeOf, query } from "./fuzz-changes.ts";
import { edited } from "./fuzz-edits.ts";
import { collectionOf, named, type Sample } from "./samples.ts";

/** The subresources that are written as the object is, its scale, and what is asked of it. @param name the object's */
export function partsOf(sample: Sample, name: string): readonly fc.Arbitrary<HttpStep>[] {
  const object = named(sample, name);
  const { kind } = sample;
  return kind.subresources.flatMap((subresource) => {
    const at = `${collectionOf(sample)}/${name}/${subresource.name}`;
    const read = fc.constant({ ask: `GET ${at}` });
    const { verbs } = subresource;
    if (subresource.name === "scale") {
      const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name }, spec: { replicas: 1 } };
      return [read, changeOf(at, scale, placesIn(shapes("io.k8s.api.autoscaling.v1.Scale")))];
    }
    const question = QUESTIONS[subresource.name];
    if (question !== undefined) return [sent(`POST ${at}`, { metadata: { name }, ...question.body }, question.shape)];
    if (subresource.kind !== kind.kind || !verbs.includes("update")) return [];
    if (!verbs.includes("patch")) return [sent(`PUT ${at}`, object, kind.shape)];
    const all = placesIn(kind.shape);
    const own = all.filter(({ path }) => path[0] === (subresource.name === "status" ? "status" : "spec"));
    return [read, changeOf(at, object, all), changeOf(at, object, own.length > 0 ? own : all)];
  });
}

interface Question {
  readonly shape: StructShape;
  readonly body: object;
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  binding: {
    shape: shapes("io.k8s.api.core.v1.Binding"),
    body: { apiVersion: "v1", kind: "Binding", target: { kind: "Node", name: "a" } },
  },
  eviction: {
    shape: shapes("io.k8s.api.policy.v1.Eviction"),
    body: { apiVersion: "policy/v1", kind: "Eviction" },
  },
  token: {
    shape: shapes("io.k8s.api.authentication.v1.TokenRequest"),
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences: ["a"] } },
  },
};

function sent(ask: string, object: object, shape: Shape): fc.Arbitrary<HttpStep> {
  return fc.tuple(edited(object, placesIn(shape), 2), query).map(([body, asked]) => ({ ask: `${ask}?${asked}`, body }));
}
