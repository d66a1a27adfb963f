import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The path of a program that lies beside a module and is started by itself (a worker, a child): `.ts` in the source tree, `.js`
 * where it has been built. @param here the module's `import.meta.url`. @param name without its ending.
 */
export function siblingProgram(here: string, name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(fileURLToPath(here))}`, here));
}
