import type { CustomResourceDefinition } from "../../api/apiextensions/v1/custom-resource-definition.ts";
import type { Conversion } from "../../api/kind.ts";
import { type Random, uuid } from "../../base/random.ts";
import { failure } from "../../machinery/status.ts";
import { targetOf, type WebhookCaller } from "../admission/webhooks/call.ts";
import { ConversionError, convertedIn, restored } from "./review.ts";

export interface ConversionParts {
  readonly caller: WebhookCaller;
  readonly random: Random;
}

/** For how long Kubernetes waits for a conversion. */
const TIMEOUT_SECONDS = 30;
const REVIEW_VERSIONS = ["v1", "v1beta1"];

/** How the webhook of a definition converts its objects; undefined where it has none. */
export function webhookConversion(
  { spec }: CustomResourceDefinition,
  { caller, random }: ConversionParts,
): Conversion | undefined {
  const { strategy, webhook } = spec.conversion;
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  if (strategy !== "Webhook" || clientConfig === undefined) return undefined;
  const target = targetOf(clientConfig, TIMEOUT_SECONDS);
  return async (objects, desiredAPIVersion) => {
    const [first] = objects;
    if (first === undefined) return [];
    const failed = (why: string, cause?: unknown) =>
      failure(500, "", `conversion webhook for ${first.apiVersion}, Kind=${first.kind} ${why}`, {}, cause);
    const version = conversionReviewVersions.find((each) => REVIEW_VERSIONS.includes(each));
    if (version === undefined) throw failure(500, "", "no supported conversion review versions");
    const uid = uuid(random);
    const apiVersion = `apiextensions.k8s.io/${version}`;
    const request = { uid, desiredAPIVersion, objects };
    let answer: unknown;
    try {
      const body = { kind: "ConversionReview", apiVersion, request };
      answer = await caller.post(target, body, { timeoutMs: TIMEOUT_SECONDS * 1000 });
    } catch (error) {
      throw failed(`failed: ${(error as Error).message}`, error);
    }
    try {
      const converted = convertedIn(answer, apiVersion, uid);
      if (converted.length !== objects.length) {
        throw failed(`returned ${converted.length} objects, expected ${objects.length}`);
      }
      return converted.map((object, index) => restored(object, objects[index]!, desiredAPIVersion, index));
    } catch (error) {
      if (error instanceof ConversionError) throw failed(error.message, error);
      throw error;
    }
  };
}
