import { byteLength, dnsSubdomain } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, required, tooLong } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkFormat, checkRange, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { checkInlineVolumeSpec } from "../../core/v1/persistent-volume-spec.ts";
import { internalForm } from "../../core/v1/pod-diff/internal-form.ts";
import { checkCsiDriver } from "../../core/v1/pod-spec/volume-sources-content.ts";
import { facts } from "../../generated/resources.ts";
import type {
  VolumeAttachment as StoredVolumeAttachment,
  VolumeAttachmentSource,
  VolumeError,
} from "../../generated/storage-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type VolumeAttachment = StoredVolumeAttachment;

export const VolumeAttachment: Kind<VolumeAttachment> = defineKind(facts.storage.v1.VolumeAttachment, {
  metadataChecks: { update: ["whole"], status: ["whole"] },
  resets: { status: ["metadata", "spec"] },
  allowsUnconditionalUpdate: false,
  answersDeleted: true,
  columns: [
    { name: "Attacher", type: "string", format: "name", value: ({ spec }) => spec.attacher },
    { name: "PV", type: "string", value: ({ spec }) => spec.source.persistentVolumeName ?? "" },
    { name: "Node", type: "string", value: ({ spec }) => spec.nodeName },
    { name: "Attached", type: "boolean", value: ({ status }) => status.attached },
    age,
  ],
  validate: attachmentIssues,
  *validateUpdate({ spec }, old) {
    if (!sameJson(spec, old.spec)) yield invalid("spec", shownSpec(spec), IMMUTABLE);
  },
  validateStatusUpdate: attachmentIssues,
});

/** As Kubernetes' server has it, and shows it. */
function shownSpec({ attacher, source, nodeName }: VolumeAttachment["spec"]): object {
  const { persistentVolumeName = null, inlineVolumeSpec } = source;
  const inline = inlineVolumeSpec === undefined ? null : internalForm("PersistentVolumeSpec", inlineVolumeSpec);
  const shownSource = { PersistentVolumeName: persistentVolumeName, InlineVolumeSpec: inline };
  return { Attacher: attacher, Source: shownSource, NodeName: nodeName };
}

const METADATA_LIMIT_BYTES = 256 * 1024;
const MESSAGE_LIMIT_BYTES = 1024;
const HIGHEST_CODE = 2 ** 31 - 1;

function attachmentIssues({ spec, status }: VolumeAttachment): readonly Issue[] {
  const issues: Issues = [];
  checkCsiDriver(spec.attacher, "spec.attacher", issues);
  checkSource(spec.source, "spec.source", issues);
  checkFormat(spec.nodeName, "spec.nodeName", dnsSubdomain, issues);
  const { attachmentMetadata = {}, attachError, detachError } = status;
  let size = 0;
  for (const key in attachmentMetadata) size += byteLength(key) + byteLength(attachmentMetadata[key]!);
  if (size > METADATA_LIMIT_BYTES) issues.push(tooLong("status.attachmentMetadata", METADATA_LIMIT_BYTES));
  checkError(attachError, "status.attachError", issues);
  checkError(detachError, "status.detachError", issues);
  const { persistentVolumeName: name } = spec.source;
  if (name !== undefined) checkFormat(name, "spec.source.persistentVolumeName", dnsSubdomain, issues);
  return issues;
}

const ONE_OF_BOTH = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";

function checkSource(
  { inlineVolumeSpec, persistentVolumeName }: VolumeAttachmentSource,
  at: string,
  issues: Issues,
): void {
  if (inlineVolumeSpec === undefined && persistentVolumeName === undefined) issues.push(required(at, ONE_OF_BOTH));
  else if (inlineVolumeSpec !== undefined && persistentVolumeName !== undefined)
    issues.push(forbidden(at, ONE_OF_BOTH));
  else if (persistentVolumeName === "") {
    issues.push(required(`${at}.persistentVolumeName`, "must specify non empty persistentVolumeName"));
  } else if (inlineVolumeSpec !== undefined) {
    checkInlineVolumeSpec(inlineVolumeSpec, `${at}.inlineVolumeSpec`, issues);
  }
}

function checkError(error: VolumeError | undefined, at: string, issues: Issues): void {
  if (error === undefined) return;
  // Kubernetes tells the limit of another field.
  if (byteLength(error.message ?? "") > MESSAGE_LIMIT_BYTES)
    issues.push(tooLong(`${at}.message`, METADATA_LIMIT_BYTES));
  if (error.errorCode !== undefined) checkRange(error.errorCode, `${at}.errorCode`, 0, HIGHEST_CODE, issues);
}
