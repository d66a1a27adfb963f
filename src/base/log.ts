/** Where a component says what happened: a constant message and fields, so that lines can be searched and counted. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** For what was handled here and nowhere else: an error is logged once. */
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry `fields`. */
  with(fields: LogFields): Log;
}

export type LogFields = Readonly<Record<string, unknown>>;

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Builds a log over one sink. */
export function createLog(
  write: (level: LogLevel, message: string, fields: LogFields) => void,
  fixed: LogFields = {},
): Log {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    write(level, message, fields === undefined ? fixed : { ...fixed, ...fields });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => createLog(write, { ...fixed, ...fields }),
  };
}

/** A log that nobody reads. */
export const silentLog: Log = createLog(() => {});
