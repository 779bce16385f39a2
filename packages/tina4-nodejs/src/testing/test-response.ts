import { Tina4Error } from '@tina4/core';
import type { InjectedAnswer } from './inject.js';

/** An answer as tests look at it. Redirects are not followed. */
export class TestResponse {
  readonly status: number;
  /** Lower-case names; `set-cookie` and other headers that came several times are arrays. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;

  constructor({ status, headers, body }: InjectedAnswer) {
    this.status = status;
    this.headers = headers;
    this.body = body.toString();
  }

  /** The Content-Type header, or an empty string. */
  get contentType(): string {
    return String(this.headers['content-type'] ?? '');
  }

  text(): string {
    return this.body;
  }

  /** The body parsed as JSON. Throws T4_TEST_NOT_JSON, with the start of the body, when it is something else. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of the answer without declaring them
  json(): any {
    try {
      return JSON.parse(this.body);
    } catch (cause) {
      const start = this.body.length > 200 ? `${this.body.slice(0, 200)}…` : this.body;
      throw new Tina4Error(
        'T4_TEST_NOT_JSON',
        `the answer (status ${this.status}, ${this.contentType || 'no content type'}) is not JSON: ${start}`,
        { cause },
      );
    }
  }
}
