import type { LocalSubjectAccessReview as StoredLocalSubjectAccessReview } from "../../generated/authorization-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type LocalSubjectAccessReview = StoredLocalSubjectAccessReview;

export const LocalSubjectAccessReview: Kind<LocalSubjectAccessReview> = defineKind(
  facts.authorization.v1.LocalSubjectAccessReview,
  { stored: false },
);
