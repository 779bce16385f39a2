import type { ProcessIdentity } from './process-identity.js';

/**
 * The bytes of a session file. A header of fixed width, then the text in UTF-8 (or, while the file is only a lease, the
 * holder's label). Fixed width lets a touch overwrite the expiry alone. The header also names the process that wrote it, because
 * the same file is the lock before it becomes the data:
 *
 *     t4s1 D 0001893456000000 0001893456000000 k3v9x1b2c4d500000001 0000000042\n
 *     9f2c4e5a7b8d1c3e 0000012345 0000000000887766 0000015000     \n
 */
export interface FileHeader {
  /** `complete` holds a session; `lease` is held by a request; `moment` is held for a few calls only. */
  readonly state: 'complete' | 'lease' | 'moment';
  /** Ms since the epoch; 0 in locks. */
  readonly expiresAt: number;
  /** 20 characters, unique for each file ever written. In a complete file it is the entry's version. */
  readonly token: string;
  /** Bytes of text or label after the header. */
  readonly length: number;
  /** Which process wrote the file. */
  readonly process: ProcessIdentity;
  /** Ms that the lease lasts without a renewal. */
  readonly durationMs: number;
}

export const HEADER_BYTES = 140;
const EXPIRY_OFFSET = 7;
const TOKEN_OFFSET = 41;
const LETTERS = { complete: 'D', lease: 'L', moment: 'M' } as const;
const STATES = { D: 'complete', L: 'lease', M: 'moment' } as const;
const HEADER =
  /^t4s1 ([DLM]) (\d{16}) (\d{16}) ([0-9a-z]{20}) (\d{10})\n([0-9a-f]{16}) (\d{10}) (\d{16}) (\d{10}) *\n$/;

/** A whole file: header and text. `header.length` is taken from the text. */
export function encodeFile(header: Omit<FileHeader, 'length'>, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const { host, pid, startedAt } = header.process;
  const head = `t4s1 ${LETTERS[header.state]} ${encodeExpiry(header.expiresAt)} ${header.token} ${digits(length, 10)}
${host} ${digits(pid, 10)} ${digits(startedAt, 16)} ${digits(header.durationMs, 10)}`;
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + length);
  buffer.write(`${head.padEnd(HEADER_BYTES - 1)}\n`, 0, 'latin1');
  buffer.write(text, HEADER_BYTES, 'utf8');
  return buffer;
}

/** The header of a file, or undefined when the bytes are not one (cut short, damaged, of another program or version). */
export function decodeHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const match = HEADER.exec(bytes.toString('latin1', 0, HEADER_BYTES));
  if (match === null) return undefined;
  const [, letter, expiry, expiryAgain, token = '', length, host = '', pid, startedAt, durationMs] = match;
  if (expiry !== expiryAgain) return undefined;
  return {
    state: STATES[letter as keyof typeof STATES],
    expiresAt: Number(expiry),
    token,
    length: Number(length),
    process: { host, pid: Number(pid), startedAt: Number(startedAt) },
    durationMs: Number(durationMs),
  };
}

/** The token of a file that `encodeFile` made. */
export function tokenOf(file: Buffer): string {
  return file.toString('latin1', TOKEN_OFFSET, TOKEN_OFFSET + 20);
}

/**
 * The bytes that a touch overwrites, and where. The time stands there twice: a reader that sees one of them half written
 * finds them different and reads again.
 */
export function encodeTouch(expiresAt: number): { readonly bytes: Buffer; readonly position: number } {
  return { bytes: Buffer.from(encodeExpiry(expiresAt), 'latin1'), position: EXPIRY_OFFSET };
}

/** True when the bytes look like a session file of a later version, which is not ours to move. */
export function isLaterFormat(bytes: Buffer): boolean {
  return /^t4s([2-9]|[1-9]\d+) /.test(bytes.toString('latin1', 0, 16));
}

function encodeExpiry(expiresAt: number): string {
  const text = digits(expiresAt, 16);
  return `${text} ${text}`;
}

function digits(value: number, width: number): string {
  return String(Math.min(Math.max(Math.round(value), 0), 10 ** width - 1)).padStart(width, '0');
}
