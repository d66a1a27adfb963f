import type { TokenReview as StoredTokenReview } from "../../generated/authentication-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type TokenReview = StoredTokenReview;

export const TokenReview: Kind<TokenReview> = defineKind(facts.authentication.v1.TokenReview, { stored: false });
