import { isHostPattern } from '@tina4/core';
import { ConfigError } from './config-error.js';
import { unknownNames } from './describe-settings.js';
import { type Environment, findSet, parseSet } from './read-variable.js';
import type { Variable } from './variable-types.js';
import { type ValueOf, type VariableName, variables, variablesByArea } from './variables.js';

/** All settings of an app, frozen, by area. Paths are as written, relative to the project. Times carry their unit. */
export type Config = ReturnType<typeof assemble>;

/**
 * Turns the environment into a `Config`. Throws one `ConfigError` with every mistake; what is merely odd is in
 * `config.warnings`, one sentence each, for the log. Empty values count as unset, a specific name beats a general one, and
 * an alias counts only where the name itself is not set.
 */
export function readConfig(env: Environment): Config {
  const mistakes = new Set<string>();
  const warnings = [...contradictions(env), ...mistypedNames(env)];
  const read = <Name extends VariableName>(name: Name, backend?: string): ValueOf<Name> => {
    const variable = rows.get(name) as Variable;
    const set = findSet(env, variable, backend);
    // The table gives each name its type; a lookup by name cannot prove that to the compiler.
    if (set === undefined) return variable.default as ValueOf<Name>;
    const parsed = parseSet(variable, set);
    if (!('mistake' in parsed)) return parsed.value as ValueOf<Name>;
    mistakes.add(parsed.mistake);
    return variable.default as ValueOf<Name>;
  };
  const isDatabaseNamed = findSet(env, rows.get('TINA4_DATABASE_URL') as Variable) !== undefined;
  const config = assemble(read, { warnings, isDatabaseNamed }, mistakes);
  if (mistakes.size > 0) throw new ConfigError([...mistakes]);
  return deepFreeze(config);
}

const rows = new Map<string, Variable>(variables.map((variable) => [variable.name, variable]));

type Read = <Name extends VariableName>(name: Name, backend?: string) => ValueOf<Name>;

interface Noticed {
  readonly warnings: readonly string[];
  readonly isDatabaseNamed: boolean;
}

function assemble(read: Read, { warnings, isDatabaseNamed }: Noticed, mistakes: Set<string>) {
  const backend = read('TINA4_SESSION_BACKEND');
  const isProduction = read('TINA4_PRODUCTION');
  const isDebug = read('TINA4_DEBUG') && !isProduction;
  return {
    isProduction,
    isDebug,
    isBannerHidden: read('TINA4_SUPPRESS'),
    isReloadOff: read('TINA4_NO_RELOAD'),
    warnings,
    server: {
      port: read('TINA4_PORT'),
      host: read('TINA4_HOST') ?? (isDebug ? '127.0.0.1' : '0.0.0.0'),
      allowedHosts: allowedHostsOf(read, mistakes),
      bodies: bodyLimitsOf(read),
      requestTimeoutMs: read('TINA4_REQUEST_TIMEOUT') * 1000,
      sendTimeoutMs: read('TINA4_SEND_TIMEOUT') * 1000,
      maxConnections: read('TINA4_MAX_CONNECTIONS'),
      shutdownTimeoutMs: read('TINA4_SHUTDOWN_TIMEOUT') * 1000,
      trustedProxies: read('TINA4_TRUSTED_PROXIES'),
      redirectsTrailingSlash: read('TINA4_TRAILING_SLASH_REDIRECT'),
      followsPublicLinks: read('TINA4_PUBLIC_SYMLINKS'),
      healthPath: read('TINA4_HEALTH_PATH'),
      uploadFolder: read('TINA4_UPLOAD_TMP'),
      workers: workersOf(read, mistakes),
      loopLagWarnMs: read('TINA4_LOOP_LAG_WARN_MS'),
      cookieMaxAgeUnit: read('TINA4_COOKIE_MAXAGE_UNIT'),
    },
    session: {
      lifetimeSeconds: read('TINA4_SESSION_LIFETIME'),
      absoluteLifetimeSeconds: read('TINA4_SESSION_ABSOLUTE_LIFETIME'),
      autostart: read('TINA4_SESSION_AUTOSTART'),
      lock: read('TINA4_SESSION_LOCK'),
      lockWaitMs: read('TINA4_SESSION_LOCK_WAIT') * 1000,
      lockHoldMs: read('TINA4_SESSION_LOCK_HOLD') * 1000,
      timeoutMs: read('TINA4_SESSION_TIMEOUT') * 1000,
      maxBytes: read('TINA4_SESSION_MAX_BYTES'),
      cookie: {
        name: read('TINA4_SESSION_NAME'),
        secure: read('TINA4_SESSION_SECURE'),
        httpOnly: read('TINA4_SESSION_HTTPONLY'),
        sameSite: read('TINA4_SESSION_SAMESITE'),
        path: read('TINA4_SESSION_COOKIE_PATH'),
        domain: read('TINA4_SESSION_COOKIE_DOMAIN'),
      },
      store: {
        backend,
        path: read('TINA4_SESSION_PATH'),
        url: read('TINA4_SESSION_URL', backend),
        host: read('TINA4_SESSION_HOST', backend),
        port: read('TINA4_SESSION_PORT', backend),
        username: read('TINA4_SESSION_USERNAME', backend),
        password: read('TINA4_SESSION_PASSWORD', backend),
        database: read('TINA4_SESSION_DB', backend),
        prefix: read('TINA4_SESSION_PREFIX', backend),
        collection: read('TINA4_SESSION_COLLECTION', backend),
        topology: read('TINA4_SESSION_TOPOLOGY'),
        sentinelName: read('TINA4_SESSION_SENTINEL_NAME'),
        poolSize: read('TINA4_SESSION_POOL_SIZE'),
      },
    },
    database: {
      url: read('TINA4_DATABASE_URL'),
      /** False where the default stands in, which nothing may use. */
      isNamed: isDatabaseNamed,
      username: read('TINA4_DATABASE_USERNAME'),
      password: read('TINA4_DATABASE_PASSWORD'),
    },
    log: {
      level: read('TINA4_LOG_LEVEL') ?? (isDebug ? ('all' as const) : ('info' as const)),
      output: read('TINA4_LOG_OUTPUT'),
      format: read('TINA4_LOG_FORMAT'),
      folder: read('TINA4_LOG_DIR'),
      file: read('TINA4_LOG_FILE'),
      rotateBytes: read('TINA4_LOG_ROTATE_SIZE'),
      rotateKeep: read('TINA4_LOG_ROTATE_KEEP'),
      writesErrorFile: read('TINA4_LOG_CRITICAL'),
    },
    templates: {
      routing: read('TINA4_TEMPLATE_ROUTING'),
      cache: read('TINA4_CACHE_TEMPLATES') ?? !isDebug,
      cacheSeconds: read('TINA4_TEMPLATE_CACHE_TTL'),
      minifyHtml: read('TINA4_MINIFY_HTML'),
    },
    cors: {
      origins: read('TINA4_CORS_ORIGINS'),
      methods: read('TINA4_CORS_METHODS'),
      headers: read('TINA4_CORS_HEADERS'),
      maxAgeSeconds: read('TINA4_CORS_MAX_AGE'),
      credentials: read('TINA4_CORS_CREDENTIALS'),
    },
    rateLimit: { limit: read('TINA4_RATE_LIMIT'), windowSeconds: read('TINA4_RATE_WINDOW') },
    securityHeaders: {
      frameOptions: read('TINA4_FRAME_OPTIONS'),
      contentSecurityPolicy: read('TINA4_CSP'),
      strictTransportSecurity: read('TINA4_HSTS'),
      referrerPolicy: read('TINA4_REFERRER_POLICY'),
      permissionsPolicy: read('TINA4_PERMISSIONS_POLICY'),
    },
    cache: {
      backend: read('TINA4_CACHE_BACKEND'),
      folder: read('TINA4_CACHE_DIR'),
      seconds: read('TINA4_CACHE_TTL'),
      maxEntries: read('TINA4_CACHE_MAX_ENTRIES'),
      maxBytes: read('TINA4_CACHE_MAX_BYTES'),
      miss: read('TINA4_CACHE_MISS'),
      url: read('TINA4_CACHE_URL'),
      host: read('TINA4_CACHE_HOST'),
      port: read('TINA4_CACHE_PORT'),
      username: read('TINA4_CACHE_USERNAME'),
      password: read('TINA4_CACHE_PASSWORD'),
      prefix: cachePrefixOf(read, mistakes),
    },
    auth: {
      secret: read('TINA4_SECRET'),
      tokenMinutes: read('TINA4_TOKEN_LIMIT'),
      tokenSeconds: read('TINA4_JWT_EXPIRY'),
      renewalMinutes: read('TINA4_TOKEN_RENEW_LIMIT'),
      algorithm: read('TINA4_JWT_ALGORITHM'),
      apiKey: read('TINA4_API_KEY'),
      securesWrites: read('TINA4_SECURE_WRITES'),
      csrf: read('TINA4_CSRF'),
    },
  } as const;
}

/** Either of the two general sizes stands in for the other: older projects set the one or the other for everything. */
function bodyLimitsOf(read: Read) {
  const uploads = read('TINA4_MAX_UPLOAD_SIZE');
  const others = read('TINA4_MAX_BODY_SIZE');
  return {
    maxUploadBytes: uploads ?? others ?? DEFAULT_BODY_BYTES,
    maxBodyBytes: others ?? uploads ?? DEFAULT_BODY_BYTES,
    maxJsonBytes: read('TINA4_MAX_JSON_SIZE'),
    maxJsonValues: read('TINA4_MAX_JSON_VALUES'),
    maxFormBytes: read('TINA4_MAX_FORM_SIZE'),
    maxFields: read('TINA4_MAX_FIELDS'),
  };
}

const DEFAULT_BODY_BYTES = 10_485_760;

/** A number of workers, `auto`, or undefined when the app runs in one process. */
function workersOf(read: Read, mistakes: Set<string>): number | 'auto' | undefined {
  const text = read('TINA4_CLUSTER_WORKERS').toLowerCase();
  if (text !== 'auto' && !/^[1-9]\d{0,2}$/.test(text)) {
    mistakes.add(`TINA4_CLUSTER_WORKERS is ${JSON.stringify(text)}. Use auto or a whole number from 1 to 999.`);
    return undefined;
  }
  if (!read('TINA4_CLUSTER') && !read('TINA4_PRODUCTION')) return undefined;
  return text === 'auto' ? 'auto' : Number(text);
}

/** Undefined: any host, or in debug mode those of this machine. */
function allowedHostsOf(read: Read, mistakes: Set<string>): readonly string[] | undefined {
  const names = read('TINA4_ALLOWED_HOSTS');
  for (const name of names ?? []) {
    if (isHostPattern(name)) continue;
    mistakes.add(
      `TINA4_ALLOWED_HOSTS lists ${JSON.stringify(name)}. Use names such as shop.example, .shop.example or *.`,
    );
  }
  return names;
}

/** Emptying the cache removes what begins with its prefix, and that must never be the sessions. */
function cachePrefixOf(read: Read, mistakes: Set<string>): string {
  const prefix = read('TINA4_CACHE_PREFIX');
  const sessions = read('TINA4_SESSION_PREFIX', read('TINA4_SESSION_BACKEND'));
  if (sessions.startsWith(prefix)) {
    mistakes.add(
      `TINA4_CACHE_PREFIX is ${JSON.stringify(prefix)}, and the keys of the sessions begin with that too (${JSON.stringify(sessions)}): ` +
        'emptying the cache would remove them. Use another one, such as tina4:cache:.',
    );
  }
  return prefix;
}

/** Two names of one setting with different values: the first one counts, and the log says so. */
function contradictions(env: Environment): string[] {
  const warnings: string[] = [];
  // PORT and HOST are set by shells and platforms for reasons of their own.
  const { Server: _, ...others } = variablesByArea;
  for (const variable of Object.values(others).flat() as readonly Variable[]) {
    if (variable.isSecret) continue;
    const [first, ...further] = [variable.name, ...(variable.aliases ?? [])]
      .map((name) => ({ name, text: env[name]?.trim() ?? '' }))
      .filter((set) => set.text !== '');
    for (const other of further) {
      if (first === undefined || other.text === first.text) continue;
      warnings.push(
        `${first.name} is ${JSON.stringify(first.text)} and ${other.name} is ${JSON.stringify(other.text)}; ` +
          `both name the same setting, and ${first.name} counts. Remove one.`,
      );
    }
  }
  return warnings;
}

/** Names that are nearly those of settings and have no effect. */
function mistypedNames(env: Environment): string[] {
  return unknownNames(env).flatMap(({ name, nearest }) =>
    nearest === undefined ? [] : [`${name} is no setting of Tina4. Did you mean ${nearest}?`],
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
