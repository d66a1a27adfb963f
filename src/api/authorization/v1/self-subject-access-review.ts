import type { SelfSubjectAccessReview as StoredSelfSubjectAccessReview } from "../../generated/authorization-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type SelfSubjectAccessReview = StoredSelfSubjectAccessReview;

export const SelfSubjectAccessReview: Kind<SelfSubjectAccessReview> = defineKind(
  facts.authorization.v1.SelfSubjectAccessReview,
  { stored: false },
);
