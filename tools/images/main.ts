// Builds the images named on the command line, or all of them, and prints where they are.
import { buildImages, imageNames } from "./build.ts";

const names = process.argv.slice(2);
const paths = await buildImages(names.length > 0 ? names : imageNames, {
  progress: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(`${paths.join("\n")}\n`);
