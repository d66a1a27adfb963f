import { duplicate, invalid, notSupported } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkOneOf, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { facts } from "../../generated/resources.ts";
import type { CSIDriver as StoredCSIDriver, CSIDriverSpec, TokenRequest } from "../../generated/storage-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type CSIDriver = StoredCSIDriver;

export const CSIDriver: Kind<CSIDriver> = defineKind(facts.storage.v1.CSIDriver, {
  allowsUnconditionalUpdate: false,
  answersDeleted: true,
  columns: [
    { name: "AttachRequired", type: "boolean", value: ({ spec }) => spec.attachRequired },
    { name: "PodInfoOnMount", type: "boolean", value: ({ spec }) => spec.podInfoOnMount },
    { name: "StorageCapacity", type: "boolean", value: ({ spec }) => spec.storageCapacity },
    { name: "TokenRequests", type: "string", value: ({ spec }) => audiencesOf(spec) },
    { name: "RequiresRepublish", type: "boolean", value: ({ spec }) => spec.requiresRepublish },
    { name: "Modes", type: "string", value: ({ spec }) => spec.volumeLifecycleModes.join(",") },
    age,
  ],
  dropClosed(object) {
    // What limits of volumes for scaling need.
    delete (object as unknown as Mutable<CSIDriver>).spec.preventPodSchedulingIfMissing;
  },
  prepareForUpdate(object, old) {
    const { metadata, spec } = object as unknown as Mutable<CSIDriver>;
    // Kubernetes counts changes alone: a new driver has no generation.
    if (!sameJson(spec, old.spec)) metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate({ spec }) {
    const issues: Issues = [];
    checkOneOf(spec.fsGroupPolicy, "spec.fsGroupPolicy", GROUP_POLICIES, issues);
    checkTokenRequests(spec.tokenRequests ?? [], "spec.tokenRequests", issues);
    checkModes(spec.volumeLifecycleModes, "spec.volumeLifecycleModes", issues);
    checkTimings(spec, issues);
    return issues;
  },
  *validateUpdate({ spec }, old) {
    // Kubernetes calls the field so, and no other.
    if (spec.attachRequired !== old.spec.attachRequired) {
      yield invalid("spec.attachedRequired", spec.attachRequired, IMMUTABLE);
    }
    if (!sameJson(spec.volumeLifecycleModes, old.spec.volumeLifecycleModes)) {
      yield invalid("spec.volumeLifecycleModes", spec.volumeLifecycleModes, IMMUTABLE);
    }
  },
  *warnings({ spec }, old) {
    const { tokenRequests = [], serviceAccountTokenInSecrets } = spec;
    const isNew = old === undefined || !sameJson(tokenRequests, old.spec.tokenRequests ?? []);
    if (isNew && tokenRequests.length > 0 && serviceAccountTokenInSecrets === undefined) yield TOKENS_MAY_LEAK;
  },
});

const TOKENS_MAY_LEAK =
  "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";
const GROUP_POLICIES = ["File", "None", "ReadWriteOnceWithFSType"];
const MODES = ["Persistent", "Ephemeral"];
const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;

function checkTokenRequests(requests: readonly TokenRequest[], at: string, issues: Issues): void {
  const audiences = new Set<string>();
  for (const [index, { audience, expirationSeconds: seconds }] of requests.entries()) {
    if (audiences.has(audience)) {
      issues.push(duplicate(`${at}[${index}].audience`, audience));
      continue;
    }
    audiences.add(audience);
    if (seconds === undefined) continue;
    const here = `${at}[${index}].expirationSeconds`;
    if (seconds < SHORTEST_TOKEN_SECONDS) {
      issues.push(invalid(here, seconds, "may not specify a duration less than 10 minutes"));
    }
    if (seconds > LONGEST_TOKEN_SECONDS) {
      issues.push(invalid(here, seconds, "may not specify a duration larger than 2^32 seconds"));
    }
  }
}

function checkModes(modes: readonly string[], at: string, issues: Issues): void {
  for (const mode of modes) if (!MODES.includes(mode)) issues.push(notSupported(at, mode, MODES));
}

function checkTimings(spec: CSIDriverSpec, issues: Issues): void {
  const {
    nodeAllocatableUpdatePeriodSeconds: period,
    serviceAccountTokenInSecrets: inSecrets,
    tokenRequests = [],
  } = spec;
  if (period !== undefined && period < 10) {
    const detail = "must be greater than or equal to 10 seconds";
    issues.push(invalid("spec.nodeAllocatableUpdatePeriodSeconds", period, detail));
  }
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
    issues.push(invalid("spec.serviceAccountTokenInSecrets", inSecrets, detail));
  }
}

function audiencesOf({ tokenRequests }: CSIDriverSpec): string {
  return tokenRequests?.map(({ audience }) => audience).join(",") ?? "<unset>";
}
