export { handleOfKey, isSessionHandle } from './data/session-id.js';
export { createSessionEngine } from './engine/engine.js';
export { SESSION_ERROR_CODES, type SessionErrorCode } from './error-codes.js';
export { SessionError, SessionUnavailableError, StoreRefusedError, StoreUnavailableError } from './errors.js';
export { openSharedCache, openSharedRateLimit, openStore } from './open-store.js';
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
  UpdateOptions,
  UpdateResult,
} from './session-store.js';
export type {
  AnswerableError,
  RegenerateOptions,
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
export { FileStore, type FileStoreOptions } from './stores/file/file-store.js';
export {
  describeThisProcess,
  judgeProcess,
  type ProcessFate,
  type ProcessIdentity,
} from './stores/file/process-identity.js';
export { HandlerStore, type SessionHandler } from './stores/handler/handler-store.js';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.js';
export type { SharedRateLimit } from './stores/redis/rate-limit.js';
export type { SharedCache, SharedCacheSettings } from './stores/redis/redis-cache.js';
export { checkStore } from './tools/check-store.js';
export { type RevokeOutcome, revokeSession } from './tools/revoke-session.js';
export { reportStore, type StoreReport } from './tools/store-report.js';
export { type SweepReport, type SweepStoreOptions, sweepStore } from './tools/sweep-store.js';
