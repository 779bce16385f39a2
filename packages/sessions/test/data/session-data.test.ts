import { expect, test } from '@jest/globals';
import { createSessionEngine } from '../../src/engine/engine.js';
import type { Session } from '../../src/session-types.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';

function emptySession(): Session {
  const engine = createSessionEngine({ store: new MemoryStore(), sweepEveryMs: 0 });
  const request = engine.begin(
    { method: 'POST', cookieHeader: undefined, isHttps: false, isClientGone: false, onClientGone: () => () => {} },
    { label: 'POST /' },
  );
  void request.load();
  return request.data;
}

test('keys, entries, spread and JSON see the data and nothing else', () => {
  const session = emptySession();
  session.language = 'en';
  session.set('theme', 'dark');
  expect(Object.keys(session)).toEqual(['language', 'theme']);
  expect({ ...session }).toEqual({ language: 'en', theme: 'dark' });
  expect(JSON.stringify(session)).toBe('{"language":"en","theme":"dark"}');
  expect(Object.hasOwn(session, 'get')).toBe(false);
});

test('a missing key is undefined, also one that every object seems to have', () => {
  const session = emptySession();
  expect([session.missing, session.constructor, session.get('toString'), session.has('get')]).toEqual([
    undefined,
    undefined,
    undefined,
    false,
  ]);
});

test('get gives the default for null and undefined, not for 0 or an empty text', () => {
  const session = emptySession();
  Object.assign(session, { none: null, zero: 0, empty: '' });
  expect([session.get('none', 1), session.get('missing', 2), session.get('zero', 3), session.get('empty', 4)]).toEqual([
    1,
    2,
    0,
    '',
  ]);
});

test('delete and clear remove, and the id stays', () => {
  const session = emptySession();
  Object.assign(session, { one: 1, two: 2, three: 3 });
  const { id } = session;
  session.delete('one');
  expect(session.all()).toEqual({ two: 2, three: 3 });
  session.clear();
  expect([session.all(), session.id, session.getSessionId()]).toEqual([{}, id, id]);
});

test('a flash value is there for one read', () => {
  const session = emptySession();
  session.flash('notice', 'saved');
  expect([session.flash('notice'), session.flash('notice')]).toEqual(['saved', undefined]);
  session.flash('notice', 0);
  expect([session.getFlash('notice', 'none'), session.getFlash('notice', 'none')]).toEqual([0, 'none']);
});

test('all() hides flash values and shows _flash, which is ordinary data', () => {
  const session = emptySession();
  session.flash('notice', 'saved');
  session._flash = { type: 'success' };
  expect(session.all()).toEqual({ _flash: { type: 'success' } });
});

test('data named like a method shadows it, and the methods still work on other keys', () => {
  const session = emptySession();
  Object.assign(session, { id: 5, all: 'mine' });
  expect([session.id, session.all, Object.keys(session)]).toEqual([5, 'mine', ['id', 'all']]);
  session.set('getSessionId', 'data');
  expect(session.get('getSessionId')).toBe('data');
});

test('cookieHeader gives the Set-Cookie value, under another name if asked', () => {
  const session = emptySession();
  expect(session.cookieHeader()).toBe(`tina4_session=${session.id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600`);
  expect(session.cookieHeader('other')).toMatch(/^other=/);
});

test('code for ordinary objects works on it', () => {
  const session = emptySession();
  session.cart = [1];
  // biome-ignore lint/suspicious/noPrototypeBuiltins: older code calls it on the session
  expect([session.hasOwnProperty('cart'), `${session}`, 'cart' in session]).toEqual([true, '[object Object]', true]);
  const { cart } = session;
  expect(cart).toBe(session.cart);
});

test('regenerate returns the new id at once', () => {
  const session = emptySession();
  const before = session.id;
  const after = session.regenerate();
  expect(after).not.toBe(before);
  expect(session.id).toBe(after);
});
