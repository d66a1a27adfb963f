// The door `wherry`: a cluster on this machine, from a program.
export * from "./down.ts";
export * from "./places.ts";
export * from "./progress.ts";
export * from "./up.ts";
