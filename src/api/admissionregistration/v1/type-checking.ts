import type { ExpressionWarning, ValidatingAdmissionPolicySpec } from "../../generated/admissionregistration-v1.ts";
import type { Kind } from "../../kind.ts";
import type { KindRegistry } from "../../registry.ts";
import { ExpressionError } from "../../cel/compile.ts";
import { withVariables } from "./expressions.ts";
import { scopeOf } from "./policy.ts";

/** What Kubernetes looks at, of all that a policy may be about. */
const MOST_KINDS = 10;

/** What in a policy's expressions does not go with the kinds that it is about. It works all the same. */
export function typeWarnings(
  spec: ValidatingAdmissionPolicySpec,
  registry: Pick<KindRegistry, "byResource" | "byKind">,
): readonly ExpressionWarning[] {
  const params = paramsOf(spec, registry);
  const scope = scopeOf(spec);
  const compilers = kindsOf(spec, registry).map((kind) => {
    const subject = { object: kind.shape, ...(params === undefined ? {} : { params: params.shape }) };
    return { kind, ...withVariables(spec.variables ?? [], scope, subject) };
  });
  return expressionsOf(spec).flatMap(([fieldRef, text]) => {
    const problems = compilers.flatMap(({ kind, compiler }) => {
      try {
        compiler.compile(text, scope);
        return [];
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return [`${kind.group}/${kind.version}, Kind=${kind.kind}: ${error.message}\n`];
      }
    });
    return problems.length === 0 ? [] : [{ fieldRef, warning: problems.join("\n") }];
  });
}

function expressionsOf({ validations = [] }: ValidatingAdmissionPolicySpec): readonly (readonly [string, string])[] {
  return validations.flatMap(({ expression, messageExpression = "" }, index) => {
    const at = `spec.validations[${index}]`;
    const message = [`${at}.messageExpression`, messageExpression] as const;
    return [[`${at}.expression`, expression] as const, ...(messageExpression === "" ? [] : [message])];
  });
}

function paramsOf({ paramKind }: ValidatingAdmissionPolicySpec, registry: Pick<KindRegistry, "byKind">) {
  const [version = "", group = ""] = (paramKind?.apiVersion ?? "").split("/").toReversed();
  return registry.byKind(group, version, paramKind?.kind ?? "");
}

/** Those that the rules name, in order; a rule with a star names none. */
function kindsOf(
  { matchConstraints }: ValidatingAdmissionPolicySpec,
  registry: Pick<KindRegistry, "byResource">,
): readonly Kind[] {
  const kinds = new Set<Kind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions].some((each) => each.includes("*"))) continue;
    for (const group of apiGroups) {
      for (const version of apiVersions) {
        for (const resource of resources) {
          const kind = registry.byResource(group, version, resource);
          if (kind !== undefined) kinds.add(kind);
        }
      }
    }
  }
  const keyOf = ({ group, version, kind }: Kind) => `${group} ${version} ${kind}`;
  return [...kinds].slice(0, MOST_KINDS).toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}
