import { Environment } from "@marcbachmann/cel-js";
import { registerFormats } from "./format.ts";
import { registerLists } from "./lists.ts";
import { registerNetworks } from "./networks.ts";
import { registerOptionals } from "./optionals.ts";
import { registerPresence } from "./presence.ts";
import { registerQuantities } from "./quantity.ts";
import { registerRegex } from "./regex.ts";
import { registerSemver } from "./semver.ts";
import { registerSets } from "./sets.ts";
import { registerStrings } from "./strings.ts";
import { registerUrls } from "./url.ts";

/** The Common Expression Language with what Kubernetes adds to it. Whoever uses it registers its own variables. */
export function celEnvironment(): Environment {
  return base.clone();
}

const base = new Environment({ enableOptionalTypes: true });
for (const register of [
  registerLists,
  registerRegex,
  registerStrings,
  registerSets,
  registerOptionals,
  registerPresence,
  registerQuantities,
  registerUrls,
  registerNetworks,
  registerFormats,
  registerSemver,
]) {
  register(base);
}
