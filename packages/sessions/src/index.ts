export { SessionError, SessionUnavailableError, StoreUnavailableError } from './errors.js';
export type { SessionCookieOptions, SessionEngineOptions, SessionLog, StoreSettings } from './session-options.js';
export type {
  Awaitable,
  BusyResult,
  EntriesPage,
  Lease,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateResult,
} from './session-store.js';
export { FileStore, type FileStoreOptions } from './stores/file-store.js';
