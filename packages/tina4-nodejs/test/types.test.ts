import { expect, test } from '@jest/globals';
import { Router } from 'tina4-nodejs';

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_isSame: Same<A, B>): void {}

declare module 'tina4-nodejs' {
  interface SessionData {
    declaredInTest: { item: string }[];
  }
  interface Request {
    apiKey?: string;
  }
}

test('path parameters are typed from the path literal', () => {
  Router.delete('/types/cart/{product_id:int}', async (req, res) => {
    same<typeof req.params.product_id, number>(true);
    return res.json({});
  });
  Router.get('/types/{area}/[id]/{...rest}', async (req, res) => {
    same<typeof req.params, { area: string; id: string; rest: string }>(true);
    return res.json({});
  });
  Router.get('/types2/:one/two/:three', (req) => {
    same<typeof req.params.one, string>(true);
    same<typeof req.params.three, string>(true);
  });
  Router.get('/types3/*', (req) => {
    same<(typeof req.params)['*'], string>(true);
  });
  expect(Router.routes.filter((route) => route.pattern.source.startsWith('/types'))).toHaveLength(4);
});

test('the session takes untyped keys and keys that the app declared', () => {
  Router.get('/types4', (req) => {
    same<typeof req.session.declaredInTest, { item: string }[]>(true);
    req.session.basket = [];
    req.session.basket.push({ anything: true });
    req.session = {};
    req.apiKey = 'set by middleware';
  });
});

test('Router works as static methods, called and with new, on one table', () => {
  const called = Router();
  const made = new Router();
  const before = Router.routes.length;
  called.get('/same/1', () => 'x');
  made.post('/same/2', () => 'x');
  expect(Router.routes.length).toBe(before + 2);
});
