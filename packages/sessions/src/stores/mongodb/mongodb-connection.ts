import type { Collection, MongoClient, MongoClientOptions } from 'mongodb';
import { silenceMs } from '../../deadline.js';
import { SessionError } from '../../errors.js';
import { importDriver } from '../../import-driver.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';

/** One session as MongoDB keeps it. Only flat fields of plain types: every operator used works on every server version. */
export interface SessionDocument {
  /** The key. */
  readonly _id: string;
  readonly text: string;
  /** UTF-8 bytes of `text`, for lists that do not fetch it. */
  readonly bytes: number;
  readonly version: number;
  /** Ms since the epoch, by the engine's clock. */
  readonly expiresAt: number;
  /** When the server may remove the document by itself: garbage collection, long after the expiry. */
  readonly removeAt: Date;
  readonly leaseOwner: string | null;
  readonly leaseLabel: string | null;
  /** Ms since the epoch by the server's clock; 0: nobody holds. */
  readonly leaseUntil: number;
  readonly leaseMs: number;
}

/** An open client and the collection with the sessions. */
export interface MongodbConnection {
  readonly client: MongoClient;
  readonly sessions: Collection<SessionDocument>;
}

/**
 * Makes the client for `settings`; it connects with the first operation, so a server that is away does not stop the start.
 * `url` wins over host, port and credentials and may name a replica set. The database is `database`, else the URL's, else
 * `tina4_sessions`. `overrides` are options of the driver, for tests.
 * Rejects with T4_DRIVER_MISSING, or with T4_SESSION_URL when the driver cannot read the URL.
 */
export async function connectMongodb(
  settings: StoreSettings,
  overrides: MongoClientOptions = {},
): Promise<MongodbConnection> {
  const driver = await importDriver('mongodb', 'mongodb', settings.projectDir ?? process.cwd());
  const Client = driver.MongoClient as typeof MongoClient;
  const timeoutMs = settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs;
  let client: MongoClient;
  try {
    client = new Client(settings.url || urlOf(settings), {
      appName: 'tina4-sessions',
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: silenceMs(timeoutMs),
      waitQueueTimeoutMS: timeoutMs,
      ...(settings.poolSize === undefined ? {} : { maxPoolSize: settings.poolSize }),
      ...overrides,
    });
  } catch {
    // The driver's message may repeat the URL with its password.
    throw new SessionError(
      'T4_SESSION_URL',
      'the URL of the mongodb session store cannot be read. Use mongodb://user:password@host:27017/name, or mongodb+srv://, and percent-encode the password.',
    );
  }
  const named = client.options.dbName;
  const database = settings.database || (hasDatabase(settings.url) ? named : 'tina4_sessions');
  // Read where it was written, and count a session as stored when it survives the loss of a server.
  const sessions = client.db(database).collection<SessionDocument>(settings.collection || STORE_DEFAULTS.collection, {
    readPreference: 'primary',
    writeConcern: { w: 'majority' },
  });
  return { client, sessions };
}

/** The time by the server, ms since the epoch. Rejects with the driver's error. */
export async function askMongodbTime(client: MongoClient): Promise<number> {
  const { localTime } = await client.db('admin').command({ hello: 1 });
  return (localTime as Date).getTime();
}

function urlOf({ host = STORE_DEFAULTS.host, port = 27017, username, password }: StoreSettings): string {
  const credentials = username
    ? `${encodeURIComponent(username)}${password ? `:${encodeURIComponent(password)}` : ''}@`
    : '';
  return `mongodb://${credentials}${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

/** The driver says `test` when a URL names no database. */
function hasDatabase(url: string | undefined): boolean {
  return url !== undefined && /^[^:]*:\/\/[^/]+\/[^?]/.test(url);
}
