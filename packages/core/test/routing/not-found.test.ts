import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RequestSession, Session, SessionEngine } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

const html = { accept: 'text/html,*/*;q=0.8' };

/** Sessions in which everybody is Ada. Counts how often one was loaded, and how it was asked for. */
function sessionsOfAda(): { engine: SessionEngine; asked: string[] } {
  const asked: string[] = [];
  const begin: SessionEngine['begin'] = (_request, route) => {
    const data = {} as Session;
    return {
      isExclusive: false,
      load: async () => {
        asked.push(`${route.label}: ${route.sessionMode}`);
        data.name = 'Ada';
      },
      data,
      replace: () => {},
      id: 'id',
      regenerate: () => 'id',
      destroy: () => {},
      commit: () => undefined,
      release: async () => {},
      setCookie: undefined,
      wasUsed: false,
    } satisfies RequestSession;
  };
  return { engine: { begin, close: async () => {} }, asked };
}

describe('a handler for what is not found', () => {
  let app: RunningApp;
  let asked: string[];

  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tina4-not-found-'));
    writeFileSync(join(folder, 'app.css'), 'body{}');
    const sessions = sessionsOfAda();
    asked = sessions.asked;
    app = await startApp(
      (router) => {
        router.get('/here', async (_req, res) => res.text('here'));
        router.notFound(async (req, res) => res.html(`<p>${req.session.name}, ${req.path} is not here</p>`));
      },
      { sessions: sessions.engine, publicDirectories: [folder] },
    );
  });

  test.each(['GET', 'POST', 'DELETE'])(
    'answers a browser that sends %s, with the session and with 404',
    async (method) => {
      const answer = await app.fetch('/nowhere/at/all', { method, headers: html });

      expect(answer.status).toBe(404);
      expect(await answer.text()).toBe('<p>Ada, /nowhere/at/all is not here</p>');
      expect(asked).toEqual([`${method} (no route): shared`]);
    },
  );

  test.each([undefined, '*/*', 'application/json'])('leaves a program that accepts %s its JSON', async (accept) => {
    const answer = await app.fetch('/nowhere', { headers: accept === undefined ? {} : { accept } });

    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ error: 'Not found', path: '/nowhere', status: 404 });
    expect(asked).toEqual([]);
  });

  test('does not stand before routes and public files, which load no session for it', async () => {
    const [file, route, notAllowed] = await Promise.all([
      app.fetch('/app.css', { headers: { accept: 'text/css,*/*;q=0.1' } }),
      app.fetch('/here', { headers: html }),
      app.fetch('/here', { method: 'PUT', headers: html }),
    ]);

    expect([await file.text(), await route.text(), notAllowed.status]).toEqual(['body{}', 'here', 405]);
    expect(asked).toEqual(['GET /here: undefined']);
  });
});

test('a handler for what is not found may choose its status, and an error of it is an error', async () => {
  const { fetch } = await startApp((router) => {
    router.notFound(async (req, res) => {
      if (req.path === '/old') return res.status(410).html('<p>gone</p>');
      throw new Error('broken');
    });
  });

  const [gone, broken] = await Promise.all([fetch('/old', { headers: html }), fetch('/x', { headers: html })]);

  expect([gone.status, broken.status]).toEqual([410, 500]);
});

test('of two handlers for what is not found the later one answers', async () => {
  const { app, fetch } = await startApp((router) => {
    router.notFound(async (_req, res) => res.html('<p>first</p>'));
  });

  app.router.notFound(async (_req, res) => res.html('<p>second</p>'));

  expect(await (await fetch('/x', { headers: html })).text()).toBe('<p>second</p>');
});

test('what is no function is refused where it is registered', async () => {
  const { app } = await startApp(() => {});

  expect(() => app.router.notFound('not-found.html' as never)).toThrow('T4_ROUTE_HANDLER: notFound needs a function');
});

test('a handler for what is not found goes with the file that registered it', async () => {
  const { app, fetch } = await startApp(() => {});
  await app.router.loading('/app/not-found.ts', async () => {
    app.router.notFound(async (_req, res) => res.html('<p>mine</p>'));
  });

  const before = await (await fetch('/x', { headers: html })).text();
  app.router.removeLoaded((file) => file === '/app/not-found.ts');
  const after = await (await fetch('/x', { headers: html })).text();

  expect(before).toBe('<p>mine</p>');
  expect(after).toContain('404 Not found');
});
