import type { FlowSchema } from "../../api/flowcontrol/v1/flow-schema.ts";
import { mandatoryLevels, mandatorySchemas } from "../../api/flowcontrol/v1/mandatory.ts";
import type { PriorityLevelConfiguration } from "../../api/flowcontrol/v1/priority-level-configuration.ts";
import { suggestedLevels, suggestedSchemas } from "../../api/flowcontrol/v1/suggested.ts";
import type { Draft } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { formatTime } from "../../machinery/time.ts";

type Configuration = PriorityLevelConfiguration | FlowSchema;
export type Specs<C extends Configuration> = ReadonlyMap<string, C["spec"]>;

/** What an API server keeps of one kind. */
export interface Kept<C extends Configuration> {
  /** Nobody may have it otherwise. */
  readonly mandatory: Specs<C>;
  /** Whoever wants it otherwise says so in its annotation. */
  readonly suggested: Specs<C>;
}

export const keptLevels: Kept<PriorityLevelConfiguration> = { mandatory: mandatoryLevels, suggested: suggestedLevels };
export const keptSchemas: Kept<FlowSchema> = { mandatory: mandatorySchemas, suggested: suggestedSchemas };

/** Whether the API server keeps an object's spec as it is meant: `true` or `false`. */
const KEEPS_SPEC = "apf.kubernetes.io/autoupdate-spec";

export type Plan<C extends Configuration> =
  | { readonly act: "nothing" | "delete" }
  | { readonly act: "create"; readonly object: Draft<C> }
  | { readonly act: "update"; readonly object: C };

const NOTHING = { act: "nothing" } as const;

/** What is to be done about the object of a name. */
export function planConfiguration<C extends Configuration>(
  name: string,
  current: C | undefined,
  { mandatory, suggested }: Kept<C>,
): Plan<C> {
  const spec: C["spec"] | undefined = mandatory.get(name) ?? suggested.get(name);
  if (spec === undefined) return current !== undefined && keepsSpec(current) === true ? { act: "delete" } : NOTHING;
  if (current === undefined) return { act: "create", object: configuration<C>(name, spec) };
  const keeps = mandatory.has(name) || (keepsSpec(current) ?? current.metadata.generation === 1);
  const isOther = keeps && !isAsMeant(current.spec, spec);
  if (!isOther && keepsSpec(current) === keeps) return NOTHING;
  const annotations = { ...current.metadata.annotations };
  if (keepsSpec(current) !== keeps) annotations[KEEPS_SPEC] = String(keeps);
  const metadata = { ...current.metadata, annotations };
  return { act: "update", object: { ...current, metadata, ...(isOther ? { spec } : {}) } };
}

/** As a new cluster gets it. */
export function configuration<C extends Configuration>(name: string, spec: C["spec"]): Draft<C> {
  return { metadata: { name, annotations: { [KEEPS_SPEC]: "true" } }, spec } as Draft<Configuration> as Draft<C>;
}

/** The figures of the exempt level are the administrator's. */
function isAsMeant(spec: Configuration["spec"], meant: Configuration["spec"]): boolean {
  const isFree = "exempt" in meant && "exempt" in spec && spec.exempt !== undefined;
  return sameJson(isFree ? { ...spec, exempt: meant.exempt } : spec, meant);
}

/** @returns undefined where the annotation is missing or says neither, in the words that Go takes for a boolean */
function keepsSpec({ metadata }: Configuration): boolean | undefined {
  const text = metadata.annotations?.[KEEPS_SPEC] ?? "";
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

/** The condition that says whether a flow schema's priority level is there; undefined where it says so already. */
export function danglingCondition({ spec, status }: FlowSchema, isThere: boolean, nowMs: number) {
  const named = `This FlowSchema references the PriorityLevelConfiguration object named "${spec.priorityLevelConfiguration.name}"`;
  const found = isThere
    ? { status: "False", reason: "Found", message: `${named} and it exists` }
    : { status: "True", reason: "NotFound", message: `${named} but there is no such object` };
  const { status: is, reason, message } = status.conditions?.find(({ type }) => type === "Dangling") ?? {};
  if (sameJson({ status: is, reason, message }, found)) return undefined;
  return { type: "Dangling", ...found, lastTransitionTime: formatTime(nowMs) };
}
