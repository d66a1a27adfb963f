/** Builds `dist/` if need be; ends the process with what the compiler says where it cannot. */
export function ensureBuilt(): void;
/** The same, and the package's types beside its JavaScript. */
export function buildTypes(): void;
