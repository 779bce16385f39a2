import { afterEach, expect, test } from '@jest/globals';
import type { SessionCallback } from '../../src/session-types.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { closeApps, openApp } from '../support/apps.js';
import { Browser, type Routes } from '../support/test-app.js';

afterEach(closeApps);

/** What the callback was given. */
const told = (work: (callback: SessionCallback) => unknown): Promise<unknown> =>
  new Promise((resolve) => {
    let isBack = false;
    work((error) => resolve(isBack ? (error ?? 'nothing') : 'called before it returned'));
    isBack = true;
  });

const routes: Routes = {
  'GET /all': ({ session }) => ({ ...session }),
  'POST /login': async ({ session }) => {
    session.cart = ['tea'];
    const before = session.id;
    const regenerated = await told((callback) => session.regenerate(callback));
    session.user = 'ada';
    return { regenerated, saved: await told((callback) => session.save(callback)), isNew: session.id !== before };
  },
  'POST /logout': async ({ session }) => ({ destroyed: await told((callback) => session.destroy(callback)) }),
  'POST /late': async ({ session }) => {
    session.a = 1;
    await session.release();
    const regenerated = (await told((callback) => session.regenerate(callback))) as Error;
    const destroyed = (await told((callback) => session.destroy(callback))) as Error;
    return [regenerated.message, destroyed.message];
  },
};

test('save, regenerate and destroy call back once they have returned, as express-session does', async () => {
  const browser = new Browser(await openApp(routes));
  expect((await browser.post('/login')).json).toEqual({ regenerated: 'nothing', saved: 'nothing', isNew: true });
  expect((await browser.get('/all')).json).toEqual({ cart: ['tea'], user: 'ada' });
  expect((await browser.post('/logout')).json).toEqual({ destroyed: 'nothing' });
  expect((await browser.get('/all')).json).toEqual({});
});

test('a callback is given what fails instead of a throw that nobody expects', async () => {
  const browser = new Browser(await openApp(routes));
  const [regenerated, destroyed] = (await browser.post('/late')).json as string[];
  expect(regenerated).toContain('T4_SESSION_WRITE_AFTER_RELEASE');
  expect(destroyed).toContain('T4_SESSION_WRITE_AFTER_RELEASE');
});

test('save gives its callback the error of the store', async () => {
  const store = Object.assign(new MemoryStore(), { create: () => Promise.reject(new Error('disk full')) });
  const app = await openApp(
    {
      'GET /': async ({ session }) => {
        session.a = 1;
        const error = await told((callback) => session.save(callback));
        delete session.a;
        return { failed: error instanceof Error };
      },
    },
    { store },
  );
  expect((await app.send('GET', '/')).json).toEqual({ failed: true });
});
