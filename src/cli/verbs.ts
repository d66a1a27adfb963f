import type { Verb } from "./verb.ts";
import { agentVerb } from "./verbs/agent.ts";
import { backupVerb } from "./verbs/backup.ts";
import { demoVerb } from "./verbs/demo.ts";
import { downVerb } from "./verbs/down.ts";
import { imageVerb } from "./verbs/image.ts";
import { nodeVerb } from "./verbs/node.ts";
import { resetVerb } from "./verbs/reset.ts";
import { restoreVerb } from "./verbs/restore.ts";
import { statusVerb } from "./verbs/status.ts";
import { tokenVerb } from "./verbs/token.ts";
import { upVerb } from "./verbs/up.ts";
import { whyVerb } from "./verbs/why.ts";

/** All verbs, in the order of the help text. */
export const verbs: readonly Verb[] = [
  upVerb,
  downVerb,
  statusVerb,
  whyVerb,
  demoVerb,
  imageVerb,
  nodeVerb,
  tokenVerb,
  agentVerb,
  backupVerb,
  restoreVerb,
  resetVerb,
];
