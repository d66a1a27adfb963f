import { spawn } from "node:child_process";
import { dirname } from "node:path";
import type { Side } from "./sides.ts";

export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PATIENCE_MS = 120_000;

/** Runs a command line behind `kubectl` against a side, in a namespace. */
export function runKubectl({ kubectl }: Side, namespace: string, line: string, input?: string): Promise<Printed> {
  // A line may be a pipe with more of it.
  const path = `${dirname(kubectl.program ?? "")}:${process.env["PATH"]}`;
  const child = spawn("sh", ["-c", `kubectl --namespace "${namespace}" ${line}`], {
    cwd: kubectl.home,
    env: { PATH: path, HOME: kubectl.home, KUBECONFIG: kubectl.kubeconfig, LC_ALL: "C" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const impatient = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(impatient);
      resolve({ code, stdout, stderr });
    });
  });
}
