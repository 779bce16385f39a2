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
} from './session-port.js';
