import type { SelfSubjectReview as StoredSelfSubjectReview } from "../../generated/authentication-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type SelfSubjectReview = StoredSelfSubjectReview;

export const SelfSubjectReview: Kind<SelfSubjectReview> = defineKind(facts.authentication.v1.SelfSubjectReview, {
  stored: false,
});
