import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type Service, type ServiceName, serviceNamed } from './services.js';

/** What a suite gets. Fields are filled when the first `beforeAll` has run. */
export interface ServiceUnderTest {
  readonly url: string;
  /** Which program answers, where that matters: `mongod` or `SecantusDB`. */
  readonly kind: string | undefined;
  /** Lower-case letters and digits, unlike any other suite's: for prefixes, databases and tables, so that nothing else is touched. */
  readonly namespace: string;
}

/**
 * `describe` for a suite that needs a server and does it no harm. The server is the one that the environment names
 * (TEST_…_URL), the one that `npm test` started for the whole run, or one of our own for this file, in that order. Where
 * there is none the suite is skipped with the reason in its title, unless TINA4_TEST_REQUIRE names it: then it fails.
 */
export function describeService(name: ServiceName, suite: (service: ServiceUnderTest) => void): void {
  const { givenBy, sharedBy, isInstalled, start } = serviceNamed(name);
  const existing = process.env[givenBy] || process.env[sharedBy];
  const isRequired = (process.env.TINA4_TEST_REQUIRE ?? '').split(',').includes(name);
  if (!existing && !isInstalled() && !isRequired) {
    describe.skip(`${name} (skipped: no ${givenBy}, and no server is installed)`, () => {
      test('needs the server', () => undefined);
    });
    return;
  }

  describe(name, () => {
    let own: Service | undefined;
    const service = { url: existing ?? '', kind: process.env[`${sharedBy}_KIND`], namespace: newNamespace() };
    beforeAll(async () => {
      if (existing) return;
      own = await start();
      service.url = own.url;
      service.kind = own.kind;
    }, 60_000);
    afterAll(async () => {
      await own?.stop();
    });
    suite(service);
  });
}

function newNamespace(): string {
  return `t4test${randomBytes(4).toString('hex')}`;
}
