import type { Environment } from "@marcbachmann/cel-js";
import { AUTHORIZER, registerAuthorizer } from "../../cel/authorizer.ts";
import { compileExpression, type Expression, ExpressionError } from "../../cel/compile.ts";
import { celEnvironment } from "../../cel/environment.ts";
import { OBJECT_TYPE, PATCH_TYPE, registerMessages, withoutMessages } from "../../cel/messages.ts";
import { typeName } from "../../cel/problem.ts";
import { registerShapes, shapeType } from "../../cel/shapes.ts";
import type { StructShape } from "../../../machinery/shape.ts";
import type { Variable } from "../../generated/admissionregistration-v1.ts";

/** What an expression of admission may speak of, beside the objects, the request and its namespace. */
export interface ExpressionScope {
  readonly params?: boolean;
  readonly authorizer?: boolean;
  /** Objects may be made: `Object{…}`, `JSONPatch{…}`. */
  readonly messages?: boolean;
}

/** Compiles the expressions of one configuration or policy. */
export interface Compiler {
  /** @param types what it must be of; any if none is named @throws {ExpressionError} */
  compile(text: string, scope: ExpressionScope, types?: readonly string[]): Expression;
}

export const BOOL = ["bool"] as const;
export const TEXT = ["string"] as const;
export const TEXT_OR_NULL = ["string", "null"] as const;
export const WHOLE_OBJECT = [OBJECT_TYPE] as const;
export const PATCHES = [`list<${PATCH_TYPE}>`] as const;

/** A compiler for expressions without variables of their own. */
export const plainCompiler: Compiler = compilerOver(() => undefined);

/** A variable that was compiled, or why it could not be. */
export type CompiledVariable = { readonly name: string } & (
  | { readonly expression: Expression }
  | { readonly problem: string }
);

/** What was made of a policy's variables. */
export interface Composition {
  /** For what may speak of all of them. */
  readonly compiler: Compiler;
  readonly variables: readonly CompiledVariable[];
}

/** What the objects are, where that is known: nothing asks for it but the checking of types. */
export interface Subject {
  readonly object: StructShape;
  readonly params?: StructShape;
}

/**
 * Compiles variables, each of which may speak of those before it.
 * @param scope of the variables themselves
 * @param subject without one, objects are of any type
 */
export function withVariables(variables: readonly Variable[], scope: ExpressionScope, subject?: Subject): Composition {
  if (variables.length === 0) {
    return { compiler: subject === undefined ? plainCompiler : compilerOver(() => undefined, subject), variables: [] };
  }
  const types: Record<string, string> = {};
  const compiled = variables.map(({ name, expression: text }): CompiledVariable => {
    try {
      const expression = compilerOver(() => ({ ...types }), subject).compile(text, scope);
      types[name] = expression.type;
      return { name, expression };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { name, problem: error.message };
    }
  });
  return { compiler: compilerOver(() => types, subject), variables: compiled };
}

function compilerOver(types: () => Readonly<Record<string, string>> | undefined, subject?: Subject): Compiler {
  const environments = new Map<string, Environment>();
  return {
    compile(text, scope, wanted = []) {
      const key = JSON.stringify(scope);
      let environment = environments.get(key);
      if (environment === undefined) environments.set(key, (environment = environmentFor(scope, types(), subject)));
      const written = scope.messages === true ? withoutMessages(text) : undefined;
      return ofType(compileExpression(environment, text, written), wanted);
    },
  };
}

function ofType(expression: Expression, wanted: readonly string[]): Expression {
  if (wanted.length === 0 || wanted.includes(expression.type)) return expression;
  const names = wanted.map(typeName);
  const what = names.length === 1 ? names[0]! : `one of [${names.join(" ")}]`;
  throw new ExpressionError(`must evaluate to ${what} but got ${typeName(expression.type)}`);
}

const GROUP_KIND = { group: "string", version: "string", kind: "string" };
const RESOURCE = { group: "string", version: "string", resource: "string" };

const REQUEST = {
  kind: GROUP_KIND,
  resource: RESOURCE,
  subResource: "string",
  requestKind: GROUP_KIND,
  requestResource: RESOURCE,
  requestSubResource: "string",
  name: "string",
  namespace: "string",
  operation: "string",
  userInfo: { username: "string", uid: "string", groups: "list<string>", extra: "map<string, list<string>>" },
  dryRun: "bool",
  options: "dyn",
};

const base = celEnvironment();
// The types are there in any case: a variable may be of one where the authorizer itself is not.
registerAuthorizer(base);
base.registerVariable("namespaceObject", "dyn").registerVariable({ name: "request", schema: REQUEST } as never);

/** With the types of a subject; made once for each. */
const typed = new WeakMap<Subject, Environment>();

function typedBase(subject: Subject): Environment {
  let environment = typed.get(subject);
  if (environment === undefined) {
    environment = base.clone();
    registerShapes(environment, { ...subject });
    typed.set(subject, environment);
  }
  return environment;
}

function environmentFor(
  { params = false, authorizer = false, messages = false }: ExpressionScope,
  variables: Readonly<Record<string, string>> | undefined,
  subject: Subject | undefined,
): Environment {
  const environment = (subject === undefined ? base : typedBase(subject)).clone();
  const objectType = subject === undefined ? "dyn" : shapeType("object", subject.object);
  environment.registerVariable("object", objectType).registerVariable("oldObject", objectType);
  if (params) {
    const type = subject?.params === undefined ? "dyn" : shapeType("params", subject.params);
    environment.registerVariable("params", type);
  }
  if (authorizer) environment.registerVariable("authorizer", AUTHORIZER);
  if (messages) registerMessages(environment);
  if (variables !== undefined) environment.registerVariable({ name: "variables", schema: variables } as never);
  return environment;
}
