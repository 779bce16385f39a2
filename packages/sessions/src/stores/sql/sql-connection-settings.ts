import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { silenceMs } from '../../deadline.js';
import { SessionError } from '../../errors.js';
import type { StoreSettings } from '../../session-options.js';
import { FIREBIRD_OPTIONS } from './sql-firebird.js';
import type { SqlTarget } from './sql-url.js';

/**
 * What the driver of the engine takes as its connection: address, credentials, deadlines and TLS, the latter from the
 * parameters of the URL. Rejects when a certificate file cannot be read.
 */
export async function connectionSettings(
  target: SqlTarget,
  settings: StoreSettings,
  timeoutMs: number,
): Promise<object> {
  const { engine, database, host, port, username: user, password, parameters } = target;
  const server = { host, port, user, password, database };
  switch (engine) {
    case 'sqlite':
      return { filename: database };
    case 'postgres':
      return {
        ...server,
        connectionTimeoutMillis: timeoutMs,
        keepAlive: true,
        application_name: parameters.get('application_name') ?? 'tina4-sessions',
        ssl: await postgresTls(parameters, settings.projectDir ?? '.'),
      };
    case 'mysql':
      return { ...server, connectTimeout: timeoutMs, charset: 'utf8mb4', ...mysqlTls(parameters) };
    case 'mssql':
      return {
        server: host,
        user,
        password,
        database,
        options: {
          port,
          connectTimeout: timeoutMs,
          requestTimeout: silenceMs(timeoutMs),
          encrypt: parameters.get('encrypt') !== 'false',
          trustServerCertificate: parameters.get('trustServerCertificate') === 'true',
          appName: 'tina4-sessions',
        },
      };
    case 'firebird':
      return {
        ...server,
        ...FIREBIRD_OPTIONS,
        lowercase_keys: true,
        blobAsText: true,
        encoding: 'UTF8',
        connectTimeout: timeoutMs,
        ...(parameters.get('role') === null ? {} : { role: parameters.get('role') }),
        ...(parameters.get('wireCrypt') === 'false' ? { wireCrypt: 0 } : {}),
      };
  }
}

/** `sslmode` as pg reads it: every mode but `disable` and `no-verify` checks the certificate. */
async function postgresTls(parameters: URLSearchParams, projectDir: string): Promise<object | false> {
  const mode = parameters.get('sslmode') ?? (isTrue(parameters.get('ssl')) ? 'verify-full' : 'disable');
  if (mode === 'disable') return false;
  const file = async (name: string) => {
    const path = parameters.get(name);
    if (path === null) return undefined;
    return readFile(resolve(projectDir, path), 'utf8').catch((cause: unknown) => {
      throw new SessionError('T4_SESSION_DATABASE_URL', `DATABASE_URL names a file in ${name} that cannot be read.`, {
        cause,
      });
    });
  };
  const [ca, cert, key] = await Promise.all([file('sslrootcert'), file('sslcert'), file('sslkey')]);
  return { rejectUnauthorized: mode !== 'no-verify', ca, cert, key };
}

/** `ssl` as mysql2 reads it from a URL (JSON, or the name of a profile), and `ssl-mode` as MySQL's own tools do. */
function mysqlTls(parameters: URLSearchParams): object {
  const mode = (parameters.get('ssl-mode') ?? parameters.get('sslmode'))?.toUpperCase();
  if (mode !== undefined && mode !== 'DISABLED' && mode !== 'PREFERRED') {
    return { ssl: { rejectUnauthorized: mode.startsWith('VERIFY'), verifyIdentity: mode === 'VERIFY_IDENTITY' } };
  }
  const ssl = parameters.get('ssl');
  if (ssl === null || ssl === 'false' || ssl === '0') return {};
  if (isTrue(ssl)) return { ssl: { rejectUnauthorized: true } };
  return { ssl: ssl.startsWith('{') ? parsedTls(ssl) : ssl };
}

function parsedTls(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's error quotes the text, which may hold a private key.
    throw new SessionError(
      'T4_SESSION_DATABASE_URL',
      'DATABASE_URL has an ssl parameter that is no JSON. Use ssl={"ca":"…"}, percent-encoded.',
    );
  }
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
