import { parseDuration } from "../../../machinery/duration.ts";

/** How an imagined container behaves. */
export interface Role {
  /** It ends by itself after this time; undefined: never. */
  readonly exitAfterMs: number | undefined;
  readonly exitCode: number;
  /** What it answers to its stop signal. */
  readonly stopExitCode: number;
  /** It does not listen to its stop signal: it has to be killed. */
  readonly ignoresStop: boolean;
  /** Probes fail before this age, and from `unhealthyAfterMs` on. */
  readonly healthyAfterMs: number;
  readonly unhealthyAfterMs: number | undefined;
  /** It cannot be started, for this reason. */
  readonly startError: string | undefined;
}

const PREFIX = "sim.wherry.dev/";

/**
 * A pod tells by annotations how its containers behave, for all of them or, with `.<container>` at the end, for one:
 * `sim.wherry.dev/exit-after: 5s`, `exit-code: "1"`, `stop-exit-code`, `ignores-stop: "true"`, `healthy-after: 3s`,
 * `unhealthy-after: 1m`, `start-error: text`.
 */
export function roleOf(annotations: Readonly<Record<string, string>>, container: string): Role {
  const get = (name: string) => annotations[`${PREFIX}${name}.${container}`] ?? annotations[PREFIX + name];
  return {
    exitAfterMs: milliseconds(get("exit-after")),
    exitCode: Number(get("exit-code") ?? 0),
    stopExitCode: Number(get("stop-exit-code") ?? 143),
    ignoresStop: get("ignores-stop") === "true",
    healthyAfterMs: milliseconds(get("healthy-after")) ?? 0,
    unhealthyAfterMs: milliseconds(get("unhealthy-after")),
    startError: get("start-error"),
  };
}

function milliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}
