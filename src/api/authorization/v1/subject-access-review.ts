import type { SubjectAccessReview as StoredSubjectAccessReview } from "../../generated/authorization-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type SubjectAccessReview = StoredSubjectAccessReview;

export const SubjectAccessReview: Kind<SubjectAccessReview> = defineKind(facts.authorization.v1.SubjectAccessReview, {
  stored: false,
});
