import { ApiRefusal } from "../cli/context.ts";
import { CannotJoin } from "../cluster/join/cannot-join.ts";

/** What went wrong, in one sentence with what to do about it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiRefusal || error instanceof CannotJoin) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  if (/is in use by (process|another)/.test(message))
    return `${message}: stop it with 'wherry down', or choose another --data-dir`;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? /\b(E[A-Z]{4,})\b/.exec(message)?.[1];
  const known = code === undefined ? undefined : SENTENCES[code];
  return known === undefined ? message : known(message, error as NodeJS.ErrnoException);
}

const SENTENCES: Readonly<Record<string, (message: string, error: NodeJS.ErrnoException) => string>> = {
  EADDRINUSE: (message) => {
    const port = /:(\d+)$/.exec(message)?.[1];
    return `port ${port ?? "of the API"} is in use by another program: stop that one, or choose another --port`;
  },
  EACCES: (_message, { path }) =>
    `${path ?? "a file of the cluster"} cannot be read or written by this user: use sudo, or another --data-dir`,
  EPERM: (message) => `the system does not permit it (${message}): use sudo`,
  ENOSPC: () => "the disk is full: make room and try again; what was acknowledged is safe",
  ENOENT: (message, { path }) => (path === undefined ? message : `${path} does not exist`),
  EROFS: (_message, { path }) =>
    `${path ?? "the file"} is on a file system that cannot be written: choose another place`,
  ECONNREFUSED: () =>
    "the API server does not answer: 'wherry status' tells what runs, and the data directory's logs/server.log why",
};
