import { ReplicaSet } from "./apps/v1/replica-set.ts";
import { allFacts, groups } from "./generated/resources.ts";
import { defineKind, type Kind } from "./kind.ts";

/** The kinds that have rules of their own. All others are served by their facts alone. */
const DECLARED = [ReplicaSet] as unknown as readonly Kind[];

/** Every kind that Kubernetes serves by default, in the order of discovery. */
export function builtInKinds(): readonly Kind[] {
  const declared = new Map(DECLARED.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind]));
  const served = new Set(
    groups.flatMap(({ name, versions }) =>
      versions.filter(({ servedByDefault }) => servedByDefault).map(({ version }) => `${name}/${version}`),
    ),
  );
  return allFacts
    .filter(({ group, version }) => served.has(`${group}/${version}`))
    .map((facts) => {
      const apiVersion = facts.group === "" ? facts.version : `${facts.group}/${facts.version}`;
      return declared.get(`${apiVersion}/${facts.kind}`) ?? defineKind(facts);
    });
}
