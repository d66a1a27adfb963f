import { failure, type StatusError } from "../status.ts";

/** The 422 for a patch that is well-formed but does not apply. Kubernetes keeps the reason to itself; here it is the cause. */
export function doesNotApply(reason: string | Error): StatusError {
  const message = "the server rejected our request due to an error in our request";
  return failure(422, "Invalid", message, {}, typeof reason === "string" ? new Error(reason) : reason);
}
