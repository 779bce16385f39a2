import { expect, test } from '@jest/globals';
import { SessionError, SessionUnavailableError, StoreRefusedError, StoreUnavailableError } from '../src/errors.js';

test('the text of a coded error begins with its code, and its fields are what it was made with', () => {
  const cause = new Error('why');
  const details = { key: 'cart' };
  const error = new SessionError('T4_X', 'What happened.', { status: 409, retryAfterSeconds: 1, details, cause });
  expect(error.message).toBe('T4_X: What happened.');
  expect({ ...error }).toEqual({ code: 'T4_X', status: 409, retryAfterSeconds: 1, details, name: 'SessionError' });
  expect(error.cause).toBe(cause);
});

test('a coded error without options has a code and a text, and no cause', () => {
  const error = new SessionError('T4_X', 'What happened.');
  expect([error.code, error.status, error.retryAfterSeconds, error.details]).toEqual(['T4_X', ...Array(3)]);
  expect(Object.hasOwn(error, 'cause')).toBe(false);
});

test('an unavailable store and an unavailable session are answered 503 with the time to wait', () => {
  const errors = [
    new StoreUnavailableError('No answer.', 'why'),
    new StoreRefusedError('The disk is full.', 'why'),
    new SessionUnavailableError('why'),
  ];
  expect(errors.map(({ code, status, retryAfterSeconds, cause }) => [code, status, retryAfterSeconds, cause])).toEqual([
    ['T4_STORE_UNAVAILABLE', 503, 5, 'why'],
    ['T4_STORE_REFUSED', 503, 5, 'why'],
    ['T4_SESSION_UNAVAILABLE', 503, 5, 'why'],
  ]);
});

test('whoever handles an unavailable store handles one that refuses to write, too', () => {
  expect(new StoreRefusedError('The disk is full.')).toBeInstanceOf(StoreUnavailableError);
});
