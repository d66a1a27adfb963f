import type { User } from "../auth/user.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import type { ResourceTarget } from "../route.ts";
import type { Admission, AdmissionRequest } from "./admission.ts";

/** Lets admission see a connection (exec, attach, port-forward, a proxied request) before it is made. @throws StatusError */
export async function admitConnect(
  admission: Admission,
  { kind, subresource = "", namespace = "", name = "" }: ResourceTarget,
  user: User,
  query: URLSearchParams,
): Promise<void> {
  const objectKind = { group: "", version: "v1", kind: `${kind.kind}${OPTIONS[subresource] ?? ""}Options` };
  const request: AdmissionRequest = {
    operation: "CONNECT",
    kind,
    namespace,
    name,
    subresource,
    user,
    objectKind,
    object: { kind: objectKind.kind, apiVersion: "v1", ...optionsIn(query) },
    options: {},
    dryRun: false,
    // A connection has no answer that warnings could go with.
    warn: () => {},
  };
  await admission.admit(request);
  await admission.validate(request);
}

const OPTIONS: Readonly<Record<string, string>> = {
  exec: "Exec",
  attach: "Attach",
  portforward: "PortForward",
  proxy: "Proxy",
};

const FLAGS = ["stdin", "stdout", "stderr", "tty"];

function optionsIn(query: URLSearchParams): MutableJsonObject {
  const options: MutableJsonObject = {};
  for (const flag of FLAGS) if (query.has(flag)) options[flag] = query.get(flag) === "true" || query.get(flag) === "1";
  for (const text of ["container", "path"]) if (query.has(text)) options[text] = query.get(text);
  if (query.has("command")) options["command"] = query.getAll("command");
  if (query.has("ports")) options["ports"] = query.getAll("ports").map(Number);
  return options;
}
