import type { Expression } from "../../../api/cel/compile.ts";
import type { CompiledVariable } from "../../../api/admissionregistration/v1/expressions.ts";
import { evaluationProblem } from "../../../api/cel/problem.ts";
import { celOf } from "../../../api/cel/value.ts";
import type { Namespace } from "../../../api/generated/core-v1.ts";
import type { Json } from "../../../machinery/json.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { notFoundError } from "../../../machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";
import { lazily, requestVariables, type RequestVariables } from "../expression-variables.ts";
import { isNamespace } from "../match.ts";
import type { Invocation, PolicyParts } from "./select.ts";
import { inVersion } from "./versions.ts";

/** What the expressions of one policy may speak of, in one invocation. */
export interface PolicyVariables extends RequestVariables {
  readonly params: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Gives the variables of the request to all policies that see it in the same version. @throws {StatusError} 404 */
export function requestVariablesBy(request: AdmissionRequest, parts: PolicyParts) {
  const { kind } = request;
  const namespace = namespaceOf(request, parts);
  const known = new Map<unknown, RequestVariables>();
  return (wanted: Invocation<unknown, unknown>["kind"]): RequestVariables => {
    let result = known.get(wanted);
    if (result === undefined) {
      const { object, old } = request;
      const seen: AdmissionRequest = {
        ...request,
        kind: wanted,
        // What is connected to, or asked by a subresource, is of another kind.
        ...(object === undefined || request.objectKind !== undefined
          ? {}
          : { object: inVersion(object, kind, wanted) }),
        ...(old === undefined ? {} : { old: inVersion(old, kind, wanted) }),
      };
      result = requestVariables(seen, parts.authorizer, () => namespace);
      known.set(wanted, result);
    }
    return result;
  };
}

/** @param compiled the policy's own variables */
export function policyVariables(
  common: RequestVariables,
  param: KubeObject | undefined,
  compiled: readonly CompiledVariable[],
): PolicyVariables {
  const everything: PolicyVariables = lazily<PolicyVariables>({
    object: () => common.object,
    oldObject: () => common.oldObject,
    request: () => common.request,
    namespaceObject: () => common.namespaceObject,
    authorizer: () => common.authorizer,
    params: () => celOf((param ?? null) as Json),
    variables: () =>
      lazily(Object.fromEntries(compiled.map((variable) => [variable.name, () => valueOf(variable, everything)]))),
  });
  return everything;
}

function valueOf(variable: CompiledVariable, everything: PolicyVariables): unknown {
  const { name } = variable;
  if ("problem" in variable) {
    throw new Error(`composited variable ${JSON.stringify(name)} fails to compile: ${variable.problem}`);
  }
  return evaluated(name, variable.expression, everything);
}

function evaluated(name: string, expression: Expression, everything: PolicyVariables): unknown {
  try {
    return expression.evaluate(everything);
  } catch (error) {
    const why = `composited variable ${JSON.stringify(name)} fails to evaluate: ${evaluationProblem(error)}`;
    throw new Error(why, { cause: error });
  }
}

/** What of its namespace a policy is shown; null for what has none. @throws {StatusError} 404 */
function namespaceOf(request: AdmissionRequest, { lookup }: PolicyParts): Json {
  if (request.namespace === "" || isNamespace(request)) return null;
  const namespace = lookup.get<Namespace>("core/namespaces", request.namespace);
  if (namespace === undefined) throw notFoundError({ group: "", name: "namespaces" }, request.namespace);
  const { metadata, spec, status } = namespace;
  const { managedFields: _managedFields, ownerReferences: _ownerReferences, ...shown } = metadata;
  return { metadata: shown, spec, status } as unknown as Json;
}
