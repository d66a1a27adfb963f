// Each process loads only what it runs: the children of `wherry up` nothing of the command line.
const [verb, ...rest] = process.argv.slice(2);
// What people type after `agent` are options, never a text of JSON.
if ((verb === "server" || verb === "agent") && rest[0]?.startsWith("{") === true) {
  const { runAgentProcess, runServerProcess } = await import("../cluster/processes.ts");
  await (verb === "server" ? runServerProcess(rest) : runAgentProcess(rest));
} else {
  const { runCommand } = await import("./command.ts");
  const code = await runCommand(process.argv.slice(2));
  // What a verb that failed may have left running must not hold the process.
  process.stdout.write("", () => process.exit(code));
}
