export { checkStore } from './check-store.js';
export { createSessionEngine } from './engine.js';
export { SESSION_ERROR_CODES, type SessionErrorCode } from './error-codes.js';
export { SessionError, SessionUnavailableError, StoreUnavailableError } from './errors.js';
export { openSharedRateLimit, type SharedRateLimit } from './open-shared-rate-limit.js';
export { openStore } from './open-store.js';
export { isSessionHandle, type RevokeOutcome, revokeSession } from './revoke-session.js';
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
export type {
  AnswerableError,
  RequestSession,
  Session,
  SessionData,
  SessionEngine,
  SessionMethods,
  SessionMode,
  SessionOutcome,
  SessionRequest,
  SessionRoute,
} from './session-types.js';
export { reportStore, type StoreReport } from './store-report.js';
export { FileStore, type FileStoreOptions } from './stores/file-store.js';
export { HandlerStore, type SessionHandler } from './stores/handler-store.js';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory-store.js';
