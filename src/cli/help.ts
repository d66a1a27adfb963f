import { type OptionTable, valueText } from "./options.ts";
import type { Verb } from "./verb.ts";

/** What `wherry --help` prints. */
export function overview(verbs: readonly Verb[]): readonly string[] {
  return [
    "Wherry is a whole Kubernetes cluster in one program.",
    "",
    "Usage: wherry VERB [OPTION…]",
    "",
    ...columns(verbs.map(({ name, operands, summary }) => [`${name} ${operands}`.trimEnd(), summary])),
    "",
    "Begin with:",
    "",
    ...columns([
      ["wherry up", "a cluster on this machine; Ctrl-C stops it"],
      ["kubectl get nodes", "in another terminal, with KUBECONFIG as `up` says"],
      ["wherry demo", "a guided tour of what the cluster does"],
      ["wherry why pod/NAME", "how a pod came to be, and what it waits for"],
    ]),
    "",
    "`wherry VERB --help` tells more about each. `wherry --version` tells the version.",
  ];
}

/** What `wherry VERB --help` prints. */
export function verbHelp(verb: Verb): readonly string[] {
  const { name, operands, summary, help, options, examples } = verb;
  return [
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    "",
    `Usage: wherry ${name}${operands === "" ? "" : ` ${operands}`} [OPTION…]`,
    "",
    ...help.trim().split("\n"),
    "",
    "Options:",
    ...columns([...optionRows(options), ["--help", "this text"]]),
    "",
    "Examples:",
    ...examples.flatMap(([command, what]) => [`  ${command}`, `      ${what}`]),
  ];
}

function optionRows(options: OptionTable): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, rule]) => {
    const short = "short" in rule && rule.short !== undefined ? `-${rule.short}, ` : "";
    return [`${short}--${name} ${valueText(rule)}`.trimEnd(), rule.help];
  });
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
