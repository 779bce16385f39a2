import { isAbsolute, resolve } from 'node:path';
import { SessionError } from '../../errors.js';
import type { StoreSettings } from '../../session-options.js';

/** The database engines that the SQL store speaks. */
export type SqlEngine = 'sqlite' | 'postgres' | 'mysql' | 'mssql' | 'firebird';

/** Where a database is and who asks, read from a database URL. */
export interface SqlTarget {
  readonly engine: SqlEngine;
  /** sqlite: absolute path, or `:memory:`. Others: the name; firebird: path or alias as the server knows it. */
  readonly database: string;
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Everything after `?`, such as `sslmode=require`. */
  readonly parameters: URLSearchParams;
}

const SCHEMES: Readonly<Record<string, SqlEngine>> = {
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  pgsql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  mssql: 'mssql',
  sqlserver: 'mssql',
  firebird: 'firebird',
};

const DEFAULT_PORTS: Readonly<Record<SqlEngine, number>> = {
  sqlite: 0,
  postgres: 5432,
  mysql: 3306,
  mssql: 1433,
  firebird: 3050,
};

/**
 * Reads `settings.databaseUrl` (default `sqlite:///data/app.db`). Three slashes after `sqlite:` lead to a path relative to
 * `projectDir`, four to an absolute one. `databaseUsername` and `databasePassword` win over the URL.
 * Throws T4_SESSION_DATABASE_UNSUPPORTED for a scheme that no engine here speaks and T4_SESSION_DATABASE_URL for a URL that
 * cannot be read; neither message repeats the URL, which may hold a password.
 */
export function parseDatabaseUrl(settings: StoreSettings): SqlTarget {
  const url = settings.databaseUrl || 'sqlite:///data/app.db';
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const engine = scheme === undefined || !Object.hasOwn(SCHEMES, scheme) ? undefined : SCHEMES[scheme];
  if (engine === undefined) {
    throw new SessionError(
      'T4_SESSION_DATABASE_UNSUPPORTED',
      `DATABASE_URL ${scheme === undefined ? 'has no scheme' : `starts with "${scheme}:"`}, which the database session store does not speak. ` +
        `Use one of ${Object.keys(SCHEMES).join(', ')}, such as sqlite:///data/app.db or postgres://user:password@host/name.`,
    );
  }
  return engine === 'sqlite' ? sqliteTarget(url, settings.projectDir) : serverTarget(engine, url, settings);
}

function sqliteTarget(url: string, projectDir: string | undefined): SqlTarget {
  const [location = '', query = ''] = url.replace(/^[^:]*:/, '').split('?', 2);
  // `sqlite:///x` has an empty host and the path `x`; `sqlite://x`, `sqlite:x` are common slips for the same thing.
  const path = decoded(location.startsWith('///') ? location.slice(3) : location.replace(/^\/\//, ''));
  if (path === '') throw unreadable('names no file. Use sqlite:///data/app.db');
  const isMemory = path === ':memory:';
  return {
    engine: 'sqlite',
    database: isMemory || isAbsolute(path) ? path : resolve(projectDir ?? '.', path),
    host: '',
    port: 0,
    username: undefined,
    password: undefined,
    parameters: new URLSearchParams(query),
  };
}

function serverTarget(engine: SqlEngine, url: string, settings: StoreSettings): SqlTarget {
  let parsed: URL;
  try {
    // A scheme that the URL parser treats like http, so that host, port and credentials are split for every engine.
    parsed = new URL(url.replace(/^[^:]*:/, 'https:'));
  } catch {
    // The parser's error repeats the URL with its password, so it is not kept as the cause.
    throw unreadable(
      `cannot be read. Use ${engine}://user:password@host:${DEFAULT_PORTS[engine]}/name and percent-encode the password`,
    );
  }
  const name = decoded(parsed.pathname.slice(1));
  if (name === '') throw unreadable(`names no database. Use ${engine}://user:password@host/name`);
  return {
    engine,
    database: name,
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? portOfUrl(url, engine) : Number(parsed.port),
    username: settings.databaseUsername || decoded(parsed.username) || undefined,
    password: settings.databasePassword || decoded(parsed.password) || undefined,
    parameters: parsed.searchParams,
  };
}

// The parser drops 443 as the default of https.
function portOfUrl(url: string, engine: SqlEngine): number {
  return /^[^/]*\/\/[^/?#]*:443(?:[/?#]|$)/.test(url) ? 443 : DEFAULT_PORTS[engine];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw unreadable('holds a % that starts no percent-encoding. Write %25 for a literal %');
  }
}

function unreadable(what: string): SessionError {
  return new SessionError('T4_SESSION_DATABASE_URL', `DATABASE_URL ${what}.`);
}
