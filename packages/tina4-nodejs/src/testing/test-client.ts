import { CookieJar } from './cookie-jar.js';
import { type Answering, inject } from './inject.js';
import { TestResponse } from './test-response.js';

/** What a test sends beside method and path. */
export interface TestRequestOptions {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Text and bytes go as they are, URLSearchParams as a form, FormData as multipart, any other object as JSON. */
  readonly body?: string | Uint8Array | URLSearchParams | FormData | object | undefined;
  /** A `cookie` header is sent instead of the cookies that were kept. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Sends requests through the whole pipeline without a port: middleware, sessions, access checks and error pages as over HTTP.
 * Cookies are kept from one request to the next, so one client is one visitor; make another one for another visitor.
 *
 * Without an app it tests the project in the working directory, loaded at the first request, with sessions in memory.
 */
export class TestClient {
  readonly #app: Answering | undefined;
  readonly #jar: CookieJar;

  constructor(app?: Answering, jar: CookieJar = new CookieJar()) {
    this.#app = app;
    this.#jar = jar;
  }

  get(path: string, options?: TestRequestOptions): Promise<TestResponse> {
    return this.request('GET', path, options);
  }

  post(path: string, options?: TestRequestOptions): Promise<TestResponse> {
    return this.request('POST', path, options);
  }

  put(path: string, options?: TestRequestOptions): Promise<TestResponse> {
    return this.request('PUT', path, options);
  }

  patch(path: string, options?: TestRequestOptions): Promise<TestResponse> {
    return this.request('PATCH', path, options);
  }

  delete(path: string, options?: TestRequestOptions): Promise<TestResponse> {
    return this.request('DELETE', path, options);
  }

  /** Any method. Rejects with T4_TEST_NO_ANSWER after 30 s without a complete answer. */
  async request(method: string, path: string, options: TestRequestOptions = {}): Promise<TestResponse> {
    const app = this.#app ?? (await openProject());
    const { body, type } = encodeBody(options);
    const cookiePath = path.replace(/[?#].*$/s, '');
    const cookie = this.#jar.header(cookiePath);
    const answer = await inject(app, {
      method,
      url: path,
      body,
      headers: { ...(cookie && { cookie }), ...(type && { 'content-type': type }), ...lowerCased(options.headers) },
    });
    const setCookies = answer.headers['set-cookie'] ?? [];
    this.#jar.store(typeof setCookies === 'string' ? [setCookies] : setCookies, cookiePath);
    return new TestResponse(answer);
  }

  /** Forgets all cookies: the next request is that of a new visitor. */
  clearCookies(): void {
    this.#jar.clear();
  }

  /** A client of the same app with the same cookies, which from here on goes its own way. */
  copy(): TestClient {
    return new TestClient(this.#app, this.#jar.copy());
  }
}

async function openProject(): Promise<Answering> {
  // Loaded here, so that programs that only import the framework do not load it.
  const { TestProject } = await import('./test-project.js');
  return (await TestProject.open()).server;
}

function encodeBody({ json, body }: TestRequestOptions): {
  body?: string | Uint8Array | FormData;
  type?: string;
} {
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' };
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData) {
    return body === undefined ? {} : { body };
  }
  if (body instanceof URLSearchParams) return { body: body.toString(), type: 'application/x-www-form-urlencoded' };
  return { body: JSON.stringify(body), type: 'application/json' };
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
