import { pathSegment } from "../machinery/formats.ts";
import { badRequest } from "../machinery/status.ts";

/** What a body names is looked up like what a path names. @throws {StatusError} 400 for what can be no name */
export function checkNameParameter(name: string): void {
  if (name === "") throw badRequest("Name parameter required.");
  const problems = pathSegment(name);
  if (problems.length > 0) {
    throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${problems.join(";")}`);
  }
}
