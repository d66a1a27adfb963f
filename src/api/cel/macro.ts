import type { ASTNode } from "@marcbachmann/cel-js";

/** What the library hands to macros: it has no types for them. A macro checks and evaluates its arguments as it will. */
export interface Type {
  readonly kind: string;
  readonly valueType: Type;
  /** A value's field; undefined where it has none. */
  fieldLazy(value: unknown, name: string, node: ASTNode, evaluator: Evaluator): unknown;
}

/** Which variables there are, with their types or values. */
export interface Scope {
  forkWithVariable(name: string, type: Type): Scope;
  reuse(scope: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}

export interface Checker {
  check(node: ASTNode, scope: Scope): Type;
  getType(name: string): Type;
  createError(code: string, message: string, node: ASTNode): Error;
  readonly registry: { getOptionalType(type: Type): Type };
}

export interface Evaluator {
  debugType(value: unknown): Type;
  run(node: ASTNode, scope: Scope): unknown;
}

export interface MacroCall<Arguments extends readonly ASTNode[]> {
  readonly receiver: ASTNode;
  readonly args: Arguments;
}
