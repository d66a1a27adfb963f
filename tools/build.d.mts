/** Builds `dist/` if need be; ends the process with what the compiler says where it cannot. */
export function ensureBuilt(): void;
