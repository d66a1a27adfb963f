import { resolve } from "node:path";

/** A step that is done, with its time, as verbs that start something tell it. */
export function stepLine(what: string, tookMs: number): string {
  return `${`${(tookMs / 1000).toFixed(2)} s`.padStart(9)}  ${what}`;
}

/** Resolves when the signal is aborted: how verbs wait for Ctrl-C. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((ended) => {
    if (signal.aborted) ended();
    else signal.addEventListener("abort", () => ended(), { once: true });
  });
}

/** The same options for the same verb in the background: all but `--detach`, and the paths absolute. */
export function detachedArguments(
  given: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>,
  dataDirectory: string,
): readonly string[] {
  const args = ["--data-dir", dataDirectory];
  for (const [name, value] of Object.entries(given)) {
    if (name === "data-dir" || name === "detach" || value === undefined || value === false) continue;
    if (value === true) args.push(`--${name}`);
    else if (typeof value === "object") args.push(...value.map((one) => `--${name}=${one}`));
    else args.push(`--${name}=${PATHS.includes(name) ? resolve(String(value)) : String(value)}`);
  }
  return args;
}

/** Options whose paths are meant from where the command is typed. */
const PATHS: readonly string[] = ["kubeconfig", "pod-manifest-path"];
