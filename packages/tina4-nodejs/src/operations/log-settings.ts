/** The levels of `TINA4_LOG_LEVEL`, in lower case. `all` is `debug`; `none` writes nothing. */
export type LogLevel = 'all' | 'debug' | 'info' | 'warning' | 'error' | 'none';

/** Where log lines go and how they look. */
export interface LogSettings {
  /** `TINA4_LOG_LEVEL`; `all` in debug, else `info`. */
  readonly level: LogLevel;
  /** `TINA4_LOG_OUTPUT`. */
  readonly output: 'stdout' | 'file' | 'both';
  /** `TINA4_LOG_FORMAT`: text for people, JSON for collectors. */
  readonly format: 'text' | 'json';
  /** Absolute path of the log file: `TINA4_LOG_FILE` in `TINA4_LOG_DIR`, `logs/app.log` in the app's folder. */
  readonly file: string;
  /** `TINA4_LOG_ROTATE_SIZE`: the file is put aside when it has this many bytes; 0 never does. */
  readonly rotateBytes: number;
  /** `TINA4_LOG_ROTATE_KEEP`: how many files that were put aside are kept, as `app.log.1`, `app.log.2`, … */
  readonly rotateKeep: number;
  /** `TINA4_LOG_CRITICAL`: errors also go to `error.log` beside the file. */
  readonly writesErrorFile: boolean;
}

/** Settings of an app that set none, beside `file`. */
export const LOG_DEFAULTS: Omit<LogSettings, 'file'> = Object.freeze({
  level: 'info',
  output: 'stdout',
  format: 'text',
  rotateBytes: 10 * 1024 * 1024,
  rotateKeep: 5,
  writesErrorFile: false,
});
