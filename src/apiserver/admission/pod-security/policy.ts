import { invalid, type Issue } from "../../../machinery/issue.ts";
import type { Labels } from "../../../machinery/labels.ts";
import { isLevel, isStricter, isVersion, type Level, LEVELS, type Standard } from "./standard.ts";

/** What the labels of a namespace ask of its pods. */
export interface Policy {
  /** Pods that go beyond it are refused. */
  readonly enforce: Standard;
  /** Who writes pods that go beyond it, or templates of such, is warned. */
  readonly warn: Standard;
  /** What is wrong with the labels; the policy is a valid one all the same. */
  readonly issues: readonly Issue[];
}

const PREFIX = "pod-security.kubernetes.io/";

/**
 * A namespace without labels is privileged. Of a wrong level, as Kubernetes has it, the strictest is enforced, and nothing
 * is warned of; a wrong version is the latest.
 */
export function policyOf(labels: Labels = {}): Policy {
  const issues: Issue[] = [];
  const enforce = standardOf(labels, "enforce", "restricted", issues);
  // There is no log of audits; the labels have to be right all the same.
  standardOf(labels, "audit", "privileged", issues);
  const warn = standardOf(labels, "warn", "privileged", issues);
  return { enforce, warn: isImplied(labels, enforce, warn) ? impliedWarn(labels, enforce, warn) : warn, issues };
}

function standardOf(labels: Labels, mode: string, otherwise: Level, issues: Issue[]): Standard {
  const level = labels[`${PREFIX}${mode}`] ?? "privileged";
  const version = labels[`${PREFIX}${mode}-version`] ?? "latest";
  const refuse = (label: string, value: string, detail: string) =>
    issues.push(invalid(`metadata.labels[${PREFIX}${label}]`, value, detail));
  if (!isLevel(level)) refuse(mode, level, `must be one of ${LEVELS.join(", ")}`);
  if (!isVersion(version)) refuse(`${mode}-version`, version, 'must be "latest" or "v1.x"');
  return { level: isLevel(level) ? level : otherwise, version: isVersion(version) ? version : "latest" };
}

/** Templates of pods that are to be refused are warned of, unless the labels say of what to warn. */
function isImplied(labels: Labels, enforce: Standard, warn: Standard): boolean {
  const enforced = labels[`${PREFIX}enforce`];
  if (enforced === undefined || !isLevel(enforced) || labels[`${PREFIX}warn`] !== undefined) return false;
  return isStricter(enforce.level, warn.level);
}

function impliedWarn(labels: Labels, enforce: Standard, warn: Standard): Standard {
  return labels[`${PREFIX}warn-version`] === undefined ? enforce : { ...warn, level: enforce.level };
}
