import { afterEach, expect, test } from '@jest/globals';
import type { Request, Router, Response as TinaResponse } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

// biome-ignore lint/suspicious/noExplicitAny: the forms under test are what untyped Tina4 code writes
type Any = any;

test.each<[string, Any]>([
  ['(req, res)', (req: Request, res: TinaResponse) => res.json(req.params.id)],
  ['no arguments', () => 7],
  ['(req) that returns data', (req: Request) => req.params.id],
  ['(request)', (request: Request) => request.params.id],
  ['one other name gets the response', (answer: TinaResponse) => answer.json(7)],
  ['(id, req, res)', (id: number, _req: Request, res: TinaResponse) => res.json(id)],
  ['(id, res)', (id: number, res: TinaResponse) => res.json(id)],
  ['(id)', (id: number) => id],
  ['a pattern', ({ params }: Request, res: TinaResponse) => res.json(params.id)],
  [
    'an async function',
    async function named(id: number, req: Request, res: TinaResponse) {
      return res.json(id + Number(req.query.more ?? 0));
    },
  ],
])('a handler written as %s is called as meant', async (_name, handler) => {
  const { fetch } = await startApp((router: Router) => void router.get('/h/{id:int}', handler));
  expect(await (await fetch('/h/7')).json()).toBe(7);
});
