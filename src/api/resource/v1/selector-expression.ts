import { compileExpression, ExpressionError } from "../../cel/compile.ts";
import { celEnvironment } from "../../cel/environment.ts";
import { typeName } from "../../cel/problem.ts";
import { QUANTITY } from "../../cel/quantity.ts";

const DEVICE = "kubernetes.DRADevice";

const environment = celEnvironment()
  .registerType({
    name: DEVICE,
    fields: {
      driver: "string",
      allowMultipleAllocations: "bool",
      attributes: "map<string, map<string, dyn>>",
      capacity: `map<string, map<string, ${QUANTITY}>>`,
    },
  } as never)
  .registerVariable("device", DEVICE);

/** Why a text is no expression that tells whether a device is meant; undefined where it is. What it costs is not estimated. */
export function selectorProblem(text: string): string | undefined {
  try {
    const { type } = compileExpression(environment, text);
    // An attribute may be a boolean: nobody knows before it is there.
    if (type === "bool" || type === "dyn") return undefined;
    return `must evaluate to bool or the unknown type, not ${typeName(type)}`;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
