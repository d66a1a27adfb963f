import { asPrefix, configKey, dnsLabel, dnsSubdomain, environmentName } from "../../../../machinery/formats.ts";
import { invalid, required } from "../../../../machinery/issue.ts";
import { checkFormat, checkRequiredFormat, type Issues } from "../../../checks.ts";
import type {
  ConfigMapKeySelector,
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
} from "../../../generated/core-v1.ts";
import { checkEnvFieldRef, checkEnvResourceRef } from "./downward.ts";
import { checkNoBacksteps } from "./paths.ts";

export function checkEnvironment(variables: readonly EnvVar[], at: string, issues: Issues): void {
  for (let index = 0; index < variables.length; index++) {
    const variable = variables[index]!;
    checkRequiredFormat(variable.name, `${at}[${index}].name`, environmentName, issues);
    if (variable.valueFrom !== undefined) {
      checkSource(variable.valueFrom, variable.value ?? "", `${at}[${index}].valueFrom`, issues);
    }
  }
}

/** Kubernetes checks these names as if more were to follow. */
const SOURCE_NAME = asPrefix(dnsSubdomain);

export function checkEnvironmentFrom(sources: readonly EnvFromSource[], at: string, issues: Issues): void {
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const here = `${at}[${index}]`;
    if (prefix) checkFormat(prefix, `${here}.prefix`, environmentName, issues);
    if (configMapRef !== undefined) {
      checkRequiredFormat(configMapRef.name, `${here}.configMapRef.name`, SOURCE_NAME, issues);
    }
    if (secretRef !== undefined) checkRequiredFormat(secretRef.name, `${here}.secretRef.name`, SOURCE_NAME, issues);
    if (configMapRef === undefined && secretRef === undefined) {
      issues.push(invalid(at, "", "must specify one of: `configMapRef` or `secretRef`"));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      issues.push(invalid(at, "", "may not have more than one field specified at a time"));
    }
  }
}

function checkSource(source: EnvVarSource, value: string, at: string, issues: Issues): void {
  let found = 0;
  if (source.fieldRef !== undefined) {
    found += 1;
    checkEnvFieldRef(source.fieldRef, `${at}.fieldRef`, issues);
  }
  if (source.resourceFieldRef !== undefined) {
    found += 1;
    checkEnvResourceRef(source.resourceFieldRef, `${at}.resourceFieldRef`, issues);
  }
  if (source.configMapKeyRef !== undefined) {
    found += 1;
    checkKeyRef(source.configMapKeyRef, `${at}.configMapKeyRef`, issues);
  }
  if (source.secretKeyRef !== undefined) {
    found += 1;
    checkKeyRef(source.secretKeyRef, `${at}.secretKeyRef`, issues);
  }
  if (source.fileKeyRef !== undefined) {
    found += 1;
    checkFileKeyRef(source.fileKeyRef, `${at}.fileKeyRef`, issues);
  }
  if (found === 0) {
    const names = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
    issues.push(invalid(at, "", `must specify one of: ${names}`));
  } else if (value !== "") issues.push(invalid(at, "", "may not be specified when `value` is not empty"));
  else if (found > 1) issues.push(invalid(at, "", "may not have more than one field specified at a time"));
}

function checkKeyRef({ name = "", key }: ConfigMapKeySelector, at: string, issues: Issues): void {
  checkFormat(name, `${at}.name`, dnsSubdomain, issues);
  checkRequiredFormat(key, `${at}.key`, configKey, issues);
}

function checkFileKeyRef({ key, volumeName, path }: FileKeySelector, at: string, issues: Issues): void {
  checkRequiredFormat(key, `${at}.key`, environmentName, issues);
  checkRequiredFormat(volumeName, `${at}.volumeName`, dnsLabel, issues);
  if (!path) issues.push(required(`${at}.path`));
  else checkNoBacksteps(path, `${at}.path`, issues);
}
