import { byteLength, qualifiedName } from "../../../machinery/formats.ts";
import { invalid, required, tooLong } from "../../../machinery/issue.ts";
import { checkFormat, type Issues } from "../../checks.ts";

const MOST_PARAMETERS = 512;
const PARAMETERS_LIMIT_BYTES = 256 * 1024;

/** Who makes volumes of a class: a driver's name, in whatever case. */
export function checkProvisioner(provisioner: string, at: string, issues: Issues): void {
  if (provisioner === "") issues.push(required(at));
  else checkFormat(provisioner.toLowerCase(), at, qualifiedName, issues);
}

/** What a class tells its driver, whose keys and values are the driver's own matter. */
export function checkParameters(parameters: Readonly<Record<string, string>>, issues: Issues): void {
  const entries = Object.entries(parameters);
  if (entries.length > MOST_PARAMETERS) return void issues.push(tooLong("parameters", MOST_PARAMETERS));
  let size = 0;
  for (const [key, value] of entries) {
    if (key === "") issues.push(invalid("parameters", key, "field can not be empty."));
    size += byteLength(key) + byteLength(value);
  }
  if (size > PARAMETERS_LIMIT_BYTES) issues.push(tooLong("parameters", PARAMETERS_LIMIT_BYTES));
}
