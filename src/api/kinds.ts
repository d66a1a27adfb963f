import * as declared from "./index.ts";
import { allFacts, groups } from "./generated/resources.ts";
import { defineKind, type Kind } from "./kind.ts";

const DECLARED = Object.values(declared) as unknown as readonly Kind[];

/** Every kind that Kubernetes serves by default, in the order of discovery. */
export function builtInKinds(): readonly Kind[] {
  const byName = new Map(DECLARED.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind]));
  const served = new Set(
    groups.flatMap(({ name, versions }) =>
      versions.filter(({ servedByDefault }) => servedByDefault).map(({ version }) => `${name}/${version}`),
    ),
  );
  return allFacts
    .filter(({ group, version }) => served.has(`${group}/${version}`))
    .map((facts) => {
      const apiVersion = facts.group === "" ? facts.version : `${facts.group}/${facts.version}`;
      return byName.get(`${apiVersion}/${facts.kind}`) ?? defineKind(facts);
    });
}
