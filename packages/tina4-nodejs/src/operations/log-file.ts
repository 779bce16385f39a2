import { basename, dirname, sep } from 'node:path';
import { lazyPackage } from '@tina4/core';
import type { LogSettings } from './log-settings.js';

const rotatingFileStream = lazyPackage<typeof import('rotating-file-stream')>('rotating-file-stream', import.meta.url);

/** A file that takes lines without holding anything up. */
export interface LogFile {
  write(line: string): void;
  /** Resolves when everything is written and the file is closed. */
  close(): Promise<void>;
}

/** Lines kept in memory while the disk is slow; beyond them new ones are dropped rather than memory filled. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Opens the log file in the background; its folder is made when missing. When it cannot be written, `onFailure` is called once
 * and further lines go nowhere: a full disk must not stop the app.
 */
export function openLogFile(settings: LogSettings, onFailure: (error: Error) => void): LogFile {
  const stream = rotatingFileStream().createStream(basename(settings.file), {
    path: dirname(settings.file) + sep,
    ...(settings.rotateBytes === 0 ? {} : { size: `${settings.rotateBytes}B` as const, rotate: settings.rotateKeep }),
    mode: 0o640,
  });
  let hasFailed = false;
  const fail = (error: Error): void => {
    if (!hasFailed) onFailure(error);
    hasFailed = true;
  };
  stream.on('error', fail);
  stream.on('warning', fail);
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return {
    write(line) {
      if (!hasFailed && !stream.writableEnded && stream.writableLength < MAX_WAITING_BYTES) stream.write(line);
    },
    async close() {
      if (!hasFailed) stream.end();
      else stream.destroy();
      await closed;
    },
  };
}
