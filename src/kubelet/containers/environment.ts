import { decodeBase64 } from "../../machinery/base64.ts";
import type { ConfigMap, Container, Pod, Secret } from "../../api/generated/core-v1.ts";
import type { DownwardFacts } from "./downward.ts";
import { fieldValue, resourceValue } from "./downward.ts";
import { expand } from "./expand.ts";
import { namespaceOf } from "./names.ts";

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Where the environment comes from: everything is read before, nothing is asked for here. */
export interface EnvironmentSources {
  readonly services: ReadonlyMap<string, string>;
  readonly facts: DownwardFacts;
  /** Undefined where there is no such object. */
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

/** The ConfigMaps and Secrets that a container's environment names. */
export function environmentObjects(container: Container): {
  readonly configMaps: string[];
  readonly secrets: string[];
} {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name !== undefined) configMaps.add(configMapRef.name);
    if (secretRef?.name !== undefined) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef?.name !== undefined) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef?.name !== undefined) secrets.add(valueFrom.secretKeyRef.name);
  }
  return { configMaps: [...configMaps], secrets: [...secrets] };
}

/**
 * A container's environment: `envFrom` first, then `env` in order, where each may refer to what stands before it, and
 * the services' variables that are not set otherwise.
 * @throws Error in Kubernetes' words for an object, key or field that is not there and not optional.
 */
export function environment(pod: Pod, container: Container, sources: EnvironmentSources): readonly Variable[] {
  const variables = new Map<string, string>();
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const data =
      configMapRef !== undefined
        ? configMapData(sources, configMapRef)
        : secretRef !== undefined
          ? secretData(sources, secretRef)
          : {};
    for (const [key, value] of Object.entries(data)) variables.set(prefix + key, value);
  }
  const lookup = (name: string) => variables.get(name) ?? sources.services.get(name);
  for (const { name, value = "", valueFrom } of container.env ?? []) {
    const result =
      value !== "" || valueFrom === undefined ? expand(value, lookup) : sourced(pod, container, valueFrom, sources);
    if (result !== undefined) variables.set(name, result);
  }
  for (const [name, value] of sources.services) if (!variables.has(name)) variables.set(name, value);
  return [...variables].map(([name, value]) => ({ name, value }));
}

type Source = NonNullable<NonNullable<Container["env"]>[number]["valueFrom"]>;

/** Undefined where something optional is missing: the variable is then left out. */
function sourced(pod: Pod, container: Container, source: Source, sources: EnvironmentSources): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef !== undefined) return fieldValue(pod, fieldRef, sources.facts);
  if (resourceFieldRef !== undefined) return resourceValue(resourceFieldRef, container, sources.facts.allocatable);
  if (configMapKeyRef !== undefined) {
    const data = configMapData(sources, configMapKeyRef);
    return keyOf(data, configMapKeyRef, `ConfigMap ${namespaceOf(pod)}/${configMapKeyRef.name}`);
  }
  if (secretKeyRef !== undefined) {
    const data = secretData(sources, secretKeyRef);
    return keyOf(data, secretKeyRef, `Secret ${namespaceOf(pod)}/${secretKeyRef.name}`);
  }
  return "";
}

interface Reference {
  readonly name?: string;
  readonly optional?: boolean;
}

function keyOf(
  data: Readonly<Record<string, string>>,
  ref: Reference & { readonly key: string },
  where: string,
): string | undefined {
  const value = data[ref.key];
  if (value === undefined && ref.optional !== true) throw new Error(`couldn't find key ${ref.key} in ${where}`);
  return value;
}

function configMapData(sources: EnvironmentSources, ref: Reference): Readonly<Record<string, string>> {
  const found = sources.configMap(ref.name ?? "");
  if (found === undefined && ref.optional !== true) throw new Error(`configmap "${ref.name ?? ""}" not found`);
  return found?.data ?? {};
}

function secretData(sources: EnvironmentSources, ref: Reference): Readonly<Record<string, string>> {
  const found = sources.secret(ref.name ?? "");
  if (found === undefined && ref.optional !== true) throw new Error(`secret "${ref.name ?? ""}" not found`);
  return Object.fromEntries(Object.entries(found?.data ?? {}).map(([key, value]) => [key, decodeBase64(value)]));
}
