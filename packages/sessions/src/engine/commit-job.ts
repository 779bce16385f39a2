import type { SessionHold } from '../locking/session-hold.js';

/** A stored session as one request knows it. */
export interface KnownSession {
  readonly key: string;
  readonly version: string;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** Ms since the epoch. */
  readonly expiresAt: number;
}

/** What one request wants to be written over a known session. */
export interface CommitJob {
  readonly session: KnownSession;
  /** The request's data as JSON text, as it is to be stored. */
  readonly json: string;
  /** What the request had loaded, or last stored, as JSON text. */
  readonly baseJson: string;
  /** What the store holds where that is not `baseJson`: an earlier save of this request merged. */
  readonly storedJson: string | undefined;
  readonly expiresAt: number;
  /** Marks the text as this request's own, so that it is recognised after a lost reply. Also the owner of its lease. */
  readonly mark: string;
  /** The exclusive hold, if the request has one. */
  readonly hold: SessionHold | undefined;
  readonly keepsHold: boolean;
  readonly isUnsafe: boolean;
  readonly label: string;
}

/** A commit that gives the session a new id. */
export interface ReplaceJob extends CommitJob {
  /** The data as the request loaded it, as JSON text: what the old id still tells. */
  readonly loadedJson: string;
  /** For how long safe methods may read that, ms; 0: not at all. */
  readonly graceMs: number;
}

/** What a request needs to know of what it wrote. `mergedJson`: what is stored, where that differs from the request's own data. */
export interface StoredResult {
  readonly outcome: 'stored';
  readonly version: string;
  /** Ms since the epoch. */
  readonly expiresAt: number;
  readonly mergedJson?: string | undefined;
}

/** `ended`: there was no session any more to write over. */
export type CommitResult = StoredResult | { readonly outcome: 'ended' };
