import { dnsLabel, dnsSubdomain, type FormatCheck } from "../../../machinery/formats.ts";
import { invalid, type Issue, quoted, required, tooLong } from "../../../machinery/issue.ts";

/** The signers that Kubernetes itself defines. */
export const KUBE_APISERVER_CLIENT = "kubernetes.io/kube-apiserver-client";
export const KUBE_APISERVER_CLIENT_KUBELET = "kubernetes.io/kube-apiserver-client-kubelet";
export const KUBELET_SERVING = "kubernetes.io/kubelet-serving";
export const LEGACY_UNKNOWN = "kubernetes.io/legacy-unknown";

const LONGEST_DOMAIN = 253;
const LONGEST_PATH = 253 + 63 + 1;

/** A signer is named `domain/path`. */
export function* signerNameIssues(name: string, at: string): Iterable<Issue> {
  if (name === "") return yield required(at);
  const segments = name.split("/");
  if (segments.length !== 2) {
    return yield invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  }
  const [domain, path] = segments as [string, string];
  if (domain.length > LONGEST_DOMAIN) yield tooLong(at, LONGEST_DOMAIN);
  yield* labelIssues(domain, dnsLabel, at);
  if (!domain.includes(".")) {
    yield invalid(at, domain, "should be a domain with at least two segments separated by dots");
  }
  yield* labelIssues(path, dnsSubdomain, at);
  if (name.length > LONGEST_DOMAIN + LONGEST_PATH + 1) yield tooLong(at, LONGEST_DOMAIN + LONGEST_PATH + 1);
}

/** What is wrong with the first part that is not as it should be. */
function* labelIssues(text: string, check: FormatCheck, at: string): Iterable<Issue> {
  for (const label of text.split(".")) {
    const problems = check(label);
    for (const problem of problems) yield invalid(at, text, `validating label ${quoted(label)}: ${problem}`);
    if (problems.length > 0) return;
  }
}
