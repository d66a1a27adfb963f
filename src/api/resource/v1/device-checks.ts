import { byteLength, identifier, labelValue, qualifiedName } from "../../../machinery/formats.ts";
import { invalid, required, tooLong } from "../../../machinery/issue.ts";
import { checkFormat, checkOneOf, checkOptionalOneOf, checkRequiredOneOf, type Issues } from "../../checks.ts";
import { checkCsiDriver } from "../../core/v1/pod-spec/volume-sources-content.ts";
import type {
  DeviceClassConfiguration,
  DeviceSelector,
  DeviceToleration,
  OpaqueDeviceConfiguration,
} from "../../generated/resource-v1.ts";
import { checkItems } from "./lists.ts";
import { selectorProblem } from "./selector-expression.ts";

const MOST_SELECTORS = 32;
const LONGEST_EXPRESSION_BYTES = 10 * 1024;

/** Which devices are meant. */
export function checkSelectors(selectors: readonly DeviceSelector[], at: string, issues: Issues): void {
  const check = ({ cel }: DeviceSelector, here: string) => {
    if (cel === undefined) issues.push(required(`${here}.cel`));
    else checkExpression(cel.expression, `${here}.cel.expression`, issues);
  };
  checkItems(selectors, at, MOST_SELECTORS, check, issues);
}

function checkExpression(text: string, at: string, issues: Issues): void {
  if (byteLength(text) > LONGEST_EXPRESSION_BYTES) return void issues.push(tooLong(at, LONGEST_EXPRESSION_BYTES));
  const problem = selectorProblem(text);
  if (problem !== undefined) issues.push(invalid(at, text, problem));
}

export const MOST_CONFIGURATIONS = 32;

/** What only the driver understands. */
export function checkConfiguration({ opaque }: DeviceClassConfiguration, at: string, issues: Issues): void {
  if (opaque === undefined) return void issues.push(required(`${at}.opaque`));
  checkCsiDriver(opaque.driver, `${at}.opaque.driver`, issues);
  checkParameters(opaque.parameters, `${at}.opaque.parameters`, issues);
}

const LONGEST_PARAMETERS_BYTES = 10 * 1024;

/** An object, whatever is in it; a required value is null where nothing was sent. */
function checkParameters(value: OpaqueDeviceConfiguration["parameters"], at: string, issues: Issues): void {
  if (value === null || value === undefined) issues.push(required(at));
  else if (byteLength(JSON.stringify(value)) > LONGEST_PARAMETERS_BYTES) {
    issues.push(tooLong(at, LONGEST_PARAMETERS_BYTES));
  } else if (typeof value !== "object" || Array.isArray(value)) {
    issues.push(invalid(at, "<value omitted>", "must be a valid JSON object"));
  }
}

/** In the order of Kubernetes' message. */
const EFFECTS = ["NoExecute", "NoSchedule", "None"];

export function checkToleration(toleration: DeviceToleration, at: string, issues: Issues): void {
  const { key = "", operator, value = "", effect } = toleration;
  if (key !== "") checkFormat(key, `${at}.key`, qualifiedName, issues);
  if (operator === "Equal") checkFormat(value, `${at}.value`, labelValue, issues);
  else if (operator === "Exists") {
    if (value !== "") issues.push(invalid(`${at}.value`, value, "must be empty for operator `Exists`"));
  } else checkRequiredOneOf(operator, `${at}.operator`, ["Equal", "Exists"], issues);
  checkOptionalOneOf(effect || undefined, `${at}.effect`, EFFECTS, issues);
}

export function checkAllocationMode(mode: string, count: number, at: string, issues: Issues): void {
  if (mode === "All") {
    if (count === 0) return;
    issues.push(invalid(`${at}.count`, count, "must not be specified when allocationMode is 'All'"));
  } else if (mode === "ExactCount") {
    if (count <= 0) issues.push(invalid(`${at}.count`, count, "must be greater than zero"));
  } else checkOneOf(mode, `${at}.allocationMode`, ["All", "ExactCount"], issues);
}

/** The name of an attribute with the domain that gives it its meaning: `dra.example.com/model`. */
export function checkFullName(name: string, at: string, issues: Issues): void {
  const [first = "", second, ...rest] = name.split("/");
  if (second === undefined) {
    checkIdentifier(first, at, issues);
    issues.push(invalid(at, name, "a fully qualified name must be a domain and a name separated by a slash"));
  } else if (rest.length === 0) {
    if (first === "") issues.push(invalid(at, "", "the domain must not be empty"));
    else checkCsiDriver(first, at, issues);
    if (second === "") issues.push(invalid(at, "", "the name must not be empty"));
    else checkIdentifier(second, at, issues);
  }
}

const LONGEST_IDENTIFIER_BYTES = 32;

function checkIdentifier(name: string, at: string, issues: Issues): void {
  if (byteLength(name) > LONGEST_IDENTIFIER_BYTES) issues.push(tooLong(at, LONGEST_IDENTIFIER_BYTES));
  checkFormat(name, at, identifier, issues);
}
