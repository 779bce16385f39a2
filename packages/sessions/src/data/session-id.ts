import { hash, randomFillSync } from 'node:crypto';

const ID_BYTES = 32;
const MARK_BYTES = 16;
const POOL_BYTES = 4096;
const HANDLE_LENGTH = 16;

/** 32 bytes in base64url: 43 characters, the last of which carries four bits. */
const SESSION_ID = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** A SHA-256 in hex. */
const SESSION_KEY = /^[0-9a-f]{64}$/;

/** True when `text` has the form of an id that this package makes. Anything else causes no store call. */
export function isSessionId(text: string): boolean {
  return text.length === 43 && SESSION_ID.test(text);
}

/** What a store knows a session by: the SHA-256 of its id, 64 lower-case hex characters. */
export function keyOfSessionId(id: string): string {
  return hash('sha256', id, 'hex');
}

/** True when `text` has the form of a key. */
export function isSessionKey(text: string): boolean {
  return SESSION_KEY.test(text);
}

/** The handle that log lines and tools name a session by: never the id, only the first 16 characters of its key. */
export function handleOfKey(key: string): string {
  return key.slice(0, HANDLE_LENGTH);
}

/** True for what may stand for a session at the command line: its handle, or more of its key. */
export function isSessionHandle(text: string): boolean {
  return text.length >= HANDLE_LENGTH && /^[0-9a-f]{1,64}$/.test(text);
}

/** A new session id: 32 random bytes, 43 base64url characters. */
export function newSessionId(randomBytes: (size: number) => Buffer): string {
  return randomBytes(ID_BYTES).toString('base64url');
}

/** A new mark of one request, in the texts that it stores and as the owner of its lease: 16 random bytes, 22 base64url characters. */
export function newMark(randomBytes: (size: number) => Buffer): string {
  return randomBytes(MARK_BYTES).toString('base64url');
}

/**
 * Random bytes from the operating system's generator, fetched 4 KiB at a time: a fetch for each id costs twenty times more.
 * Handed-out bytes are overwritten when the next are asked for, so no second reader of the pool finds an id in it.
 */
export function createRandomPool(): (size: number) => Buffer {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  let previous = pool.subarray(0, 0);
  return (size) => {
    previous.fill(0);
    if (used + size > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    previous = pool.subarray(used, used + size);
    used += size;
    return previous;
  };
}
