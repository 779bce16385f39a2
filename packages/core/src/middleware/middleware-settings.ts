/** Who may call this app from scripts of other sites; see cors.ts. */
export interface CorsSettings {
  /** Origins such as `https://shop.example`, or `*` for all. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  /** Seconds that browsers keep the answer to a preflight. */
  readonly maxAgeSeconds: number;
  /** Allow cookies; never sent together with `*`. */
  readonly credentials: boolean;
  /**
   * Debug mode: `*` stands for origins on this machine. Any site that a developer visits could otherwise read the app that runs
   * beside the browser.
   */
  readonly isForThisMachine?: boolean | undefined;
}

/** Where an address stands in its window. */
export interface RateLimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When the oldest request that counts leaves the window, ms since the epoch. */
  readonly resetAt: number;
}

/** Counts requests. In memory by default; one behind a shared server makes a limit hold across processes. */
export interface RateLimitStore {
  /** Counts a request of `key`, unless the limit is reached: refused requests do not keep a client out for longer. */
  hit(key: string, limit: number, windowMs: number): RateLimitState | Promise<RateLimitState>;
}

export interface RateLimitSettings {
  /** Requests of one address in a window. 0: no limit. Undefined: none unless the limiter is named, then 60. */
  readonly limit: number | undefined;
  readonly windowSeconds: number;
  /** Counts for the limit of all requests. Undefined: in memory. Limiters that are named count by themselves. */
  readonly store?: RateLimitStore | undefined;
}

/** Values of the headers; an empty text leaves a header out. */
export interface SecurityHeaderSettings {
  readonly frameOptions: string;
  readonly contentSecurityPolicy: string;
  /** Sent over HTTPS only; a bare number is a max-age that includes subdomains. Undefined: not sent. */
  readonly strictTransportSecurity: string | undefined;
  readonly referrerPolicy: string;
  readonly permissionsPolicy: string;
}

/** Settings of the middleware that comes with the framework, by area as in the app's configuration. */
export interface MiddlewareSettings {
  readonly cors: CorsSettings;
  readonly rateLimit: RateLimitSettings;
  readonly securityHeaders: SecurityHeaderSettings;
  /** Seconds that an answer is kept where the route does not say it. */
  readonly cache: { readonly seconds: number };
  readonly auth: {
    /** Ask for a token on every POST, PUT, PATCH and DELETE route that does not opt out. */
    readonly securesWrites: boolean;
    /** Check form tokens on every such route. */
    readonly csrf: boolean;
  };
  /** True: CORS headers without anyone asking. An app made by hand has to ask. */
  readonly isCorsAutomatic: boolean;
}

export const MIDDLEWARE_DEFAULTS: MiddlewareSettings = Object.freeze({
  cors: {
    origins: ['*'],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    headers: ['Content-Type', 'Authorization'],
    maxAgeSeconds: 86_400,
    credentials: false,
  },
  rateLimit: { limit: undefined, windowSeconds: 60 },
  securityHeaders: {
    frameOptions: 'DENY',
    contentSecurityPolicy: "default-src 'self'",
    strictTransportSecurity: undefined,
    referrerPolicy: 'strict-origin-when-cross-origin',
    permissionsPolicy: 'camera=(), microphone=(), geolocation=()',
  },
  cache: { seconds: 60 },
  auth: { securesWrites: false, csrf: false },
  isCorsAutomatic: false,
});
