import type { MutatingWebhook } from "../../../api/generated/admissionregistration-v1.ts";
import { type Random, uuid } from "../../../base/random.ts";
import type { MutableJsonObject } from "../../../machinery/json.ts";
import { applyJsonPatch, readJsonPatch } from "../../../machinery/patch/json-patch.ts";
import { internalError } from "../../../machinery/status.ts";
import type { Authorizer } from "../../auth/user.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { decodedAs, replaceObject } from "../replace.ts";
import { callWebhook, judgeFailure, type WebhookCaller } from "./call.ts";
import { type Hook, mutatingHooks, validatingHooks } from "./hooks.ts";
import { isAsked, isExempt } from "./match.ts";

export interface WebhookParts {
  readonly lookup: Lookup;
  readonly authorizer: Authorizer;
  readonly caller: WebhookCaller;
  readonly random: Random;
}

/**
 * Asks those that may change objects, one after the other. When one has changed the object, those before it that want to see the
 * outcome (`reinvocationPolicy: IfNeeded`) are asked once more.
 */
export function mutatingWebhooks(parts: WebhookParts): AdmissionPlugin {
  const { lookup } = parts;
  return {
    name: "MutatingAdmissionWebhook",
    async admit(request) {
      if (isExempt(request)) return;
      const hooks = mutatingHooks(lookup);
      if (hooks.length === 0) return;
      const askedBefore: Hook<MutatingWebhook>[] = [];
      const again = new Set<Hook<MutatingWebhook>>();
      for (const hook of hooks) {
        if (!isAsked(hook.webhook, request, parts)) continue;
        if (await mutate(parts, hook.webhook, request)) for (const before of askedBefore) again.add(before);
        if (hook.webhook.reinvocationPolicy === "IfNeeded") askedBefore.push(hook);
      }
      for (const hook of again) {
        if (isAsked(hook.webhook, request, parts)) await mutate(parts, hook.webhook, request);
      }
    },
  };
}

/** Asks those that may refuse, all at once; the first refusal in their order is told. */
export function validatingWebhooks(parts: WebhookParts): AdmissionPlugin {
  const { lookup } = parts;
  return {
    name: "ValidatingAdmissionWebhook",
    async validate(request) {
      if (isExempt(request)) return;
      const asked = validatingHooks(lookup).filter(({ webhook }) => isAsked(webhook, request, parts));
      const answers = await Promise.allSettled(
        asked.map(async ({ webhook }) => {
          try {
            await callWebhook(webhook, request, withUid(parts));
          } catch (error) {
            judgeFailure(webhook, error);
          }
        }),
      );
      for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
    },
  };
}

function withUid({ caller, random }: WebhookParts) {
  return { caller, uid: () => uuid(random) };
}

/** @returns whether the object is another one now */
async function mutate(parts: WebhookParts, webhook: MutatingWebhook, request: AdmissionRequest): Promise<boolean> {
  try {
    const { patch } = await callWebhook(webhook, request, withUid(parts));
    return patch === undefined ? false : applyTo(request, webhook.name, patch);
  } catch (error) {
    judgeFailure(webhook, error);
    return false;
  }
}

/** @returns whether the object is another one now */
function applyTo(request: AdmissionRequest, name: string, patch: unknown): boolean {
  const { object } = request;
  const { operations } = readJsonPatch(patch);
  if (operations.length === 0) return false;
  if (object === undefined) {
    throw internalError(
      `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  let next: MutableJsonObject;
  try {
    const patched = applyJsonPatch(object, { operations, unknown: [] }) as MutableJsonObject;
    next = decodedAs(request.kind, patched);
  } catch (error) {
    throw internalError(error);
  }
  return replaceObject(object, next);
}
