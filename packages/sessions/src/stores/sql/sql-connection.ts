import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Knex } from 'knex';
import { SessionError } from '../../errors.js';
import { type DriverExports, importDriver } from '../../import-driver.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';
import { connectionSettings } from './sql-connection-settings.js';
import { guardBlobs } from './sql-firebird.js';
import {
  inOwnTransaction,
  makePrivate,
  openSqlite,
  reading,
  type SqliteConnection,
  type SqliteDriver,
} from './sql-sqlite.js';
import type { SqlEngine, SqlTarget } from './sql-url.js';

/** An open database: knex over one driver. */
export type Database = Knex;

const DIALECT_MODULES: Readonly<Record<SqlEngine, string>> = {
  sqlite: 'knex/lib/dialects/better-sqlite3/index.js',
  postgres: 'knex/lib/dialects/postgres/index.js',
  mysql: 'knex/lib/dialects/mysql2/index.js',
  mssql: 'knex/lib/dialects/mssql/index.js',
  firebird: 'knex-firebird-dialect',
};

/** Drivers by engine, the first that is installed wins; and the command that installs what the engine needs. */
const DRIVERS: Readonly<Record<SqlEngine, { readonly packages: readonly string[]; readonly install: string }>> = {
  sqlite: { packages: ['libsql', 'better-sqlite3'], install: 'npm install knex libsql' },
  postgres: { packages: ['pg'], install: 'npm install knex pg' },
  mysql: { packages: ['mysql2'], install: 'npm install knex mysql2' },
  mssql: { packages: ['tedious'], install: 'npm install knex tedious@19' },
  // The dialect asks for node-firebird 1, which crashes on a text blob. The override in package.json, unlike a flag, holds for
  // every later install too. The first command makes the package.json where there is none.
  firebird: {
    packages: ['node-firebird'],
    install:
      'npm install knex node-firebird@2 && npm pkg set overrides.knex-firebird-dialect.node-firebird=2 && npm install knex-firebird-dialect',
  },
};

/** The part of knex's client class that is extended below. */
interface KnexClient {
  acquireRawConnection(): Promise<unknown>;
  destroyRawConnection(connection: unknown): Promise<unknown>;
  _query(connection: unknown, query: { readonly sql: string }): Promise<unknown>;
}
type KnexFactory = (config: Knex.Config) => Knex;
type KnexClientClass = new (...parameters: unknown[]) => KnexClient;

/**
 * Opens `target` through knex with the driver that the app has installed. Connects lazily, so a server that is away does
 * not stop the start; the folder of a SQLite file is created here.
 * Rejects with T4_DRIVER_MISSING and the install line of the engine.
 */
export async function openDatabase(target: SqlTarget, settings: StoreSettings): Promise<Database> {
  const timeoutMs = settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs;
  const { knex, client } = await loadClient(target.engine, settings.projectDir ?? process.cwd());
  if (target.engine === 'sqlite' && target.database !== ':memory:') {
    await mkdir(dirname(target.database), { recursive: true, mode: 0o700 });
  }
  return knex({
    client: client as unknown as typeof Knex.Client,
    connection: await connectionSettings(target, settings, timeoutMs),
    useNullAsDefault: true,
    acquireConnectionTimeout: timeoutMs,
    pool: {
      min: 0,
      max: target.engine === 'sqlite' ? 1 : (settings.poolSize ?? 10),
      acquireTimeoutMillis: timeoutMs,
      createTimeoutMillis: timeoutMs,
      destroyTimeoutMillis: 1000,
      ...(target.engine === 'mysql' ? { afterCreate: shortenLockWait(timeoutMs) } : {}),
    },
    // knex would print driver messages, which hold session data; what matters reaches the engine as an error.
    log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
  });
}

async function loadClient(
  engine: SqlEngine,
  projectDir: string,
): Promise<{ knex: KnexFactory; client: KnexClientClass }> {
  const { packages, install } = DRIVERS[engine];
  try {
    const knex = moduleValue(await importDriver('knex', 'database', projectDir)) as KnexFactory;
    const driver = moduleValue(await firstInstalled(packages, projectDir));
    const base = moduleValue(await importDriver(DIALECT_MODULES[engine], 'database', projectDir)) as KnexClientClass;
    return { knex, client: clientOf(engine, base, driver) };
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'T4_DRIVER_MISSING') throw error;
    throw new SessionError(
      'T4_DRIVER_MISSING',
      `the database store on ${engine} needs packages that are not installed. Run: ${install}`,
      { cause: error },
    );
  }
}

async function firstInstalled(packages: readonly string[], projectDir: string): Promise<DriverExports> {
  let missing: unknown;
  for (const name of packages) {
    try {
      return await importDriver(name, 'database', projectDir);
    } catch (error) {
      if (!(error instanceof SessionError) || error.code !== 'T4_DRIVER_MISSING') throw error;
      missing ??= error;
    }
  }
  throw missing;
}

/** What a CommonJS package exports, through however many layers of `default` the loader and a transpiler put around it. */
function moduleValue(module: DriverExports): unknown {
  let value: unknown = module.default ?? module;
  while (typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value)
    value = value.default;
  return value;
}

/**
 * knex's client for the engine with the driver handed in: knex itself would look for it beside its own files only, and its
 * SQLite client knows no libsql. Extending the class is the way that knex offers for this.
 */
function clientOf(engine: SqlEngine, base: KnexClientClass, driver: unknown): KnexClientClass {
  return class SessionDatabaseClient extends base {
    _driver(): unknown {
      return driver;
    }

    override async acquireRawConnection(): Promise<unknown> {
      if (engine === 'firebird') return guardBlobs(await super.acquireRawConnection());
      if (engine !== 'sqlite') return super.acquireRawConnection();
      const { filename } = (this as unknown as SqliteClient).connectionSettings;
      await makePrivate(filename);
      return openSqlite(driver as SqliteDriver, filename);
    }

    override async _query(connection: unknown, query: { readonly sql: string }): Promise<unknown> {
      const run = () => super._query(connection, query);
      if (engine !== 'sqlite') return run();
      const guard = /^\s*(select|pragma)/i.test(query.sql) ? reading : inOwnTransaction;
      return guard(connection as SqliteConnection, run);
    }

    /** Closes politely, but not longer than a second: a server that does not answer must not keep a socket for ever. */
    override async destroyRawConnection(connection: unknown): Promise<unknown> {
      const socket = socketOf(connection);
      const isBroken = Boolean((connection as { __knex__disposed?: unknown }).__knex__disposed);
      if (isBroken && socket) return socket.destroy();
      const timer = setTimeout(() => socket?.destroy(), 1000);
      timer.unref();
      try {
        return await super.destroyRawConnection(connection);
      } finally {
        clearTimeout(timer);
      }
    }
  };
}

interface SqliteClient {
  readonly connectionSettings: { readonly filename: string };
}

interface Socket {
  destroy(): void;
}

/** The TCP socket under a connection of pg, node-firebird or mysql2; undefined for others. */
function socketOf(connection: unknown): Socket | undefined {
  const raw = connection as {
    readonly stream?: Socket;
    readonly connection?: { readonly stream?: Socket; readonly _socket?: Socket };
  };
  return raw.connection?.stream ?? raw.connection?._socket ?? raw.stream;
}

// A row that someone else holds answers as an error that is retried, before the deadline costs the connection.
function shortenLockWait(timeoutMs: number) {
  const seconds = Math.max(1, Math.floor(timeoutMs / 2000));
  return (
    connection: { query(sql: string, done: (error: unknown) => void): void },
    done: (error: unknown, connection: unknown) => void,
  ) => {
    connection.query(`set session innodb_lock_wait_timeout = ${seconds}`, (error) => done(error, connection));
  };
}

function ignore(): void {}
