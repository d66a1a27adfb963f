import type { SelfSubjectRulesReview as StoredSelfSubjectRulesReview } from "../../generated/authorization-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type SelfSubjectRulesReview = StoredSelfSubjectRulesReview;

export const SelfSubjectRulesReview: Kind<SelfSubjectRulesReview> = defineKind(
  facts.authorization.v1.SelfSubjectRulesReview,
  { stored: false },
);
