import { afterEach, expect, jest, test } from '@jest/globals';
import { consoleLogger } from '@tina4/core';
import { Log } from '../../src/operations/log.js';
import { LOG_DEFAULTS, type LogSettings } from '../../src/operations/log-settings.js';

const written: string[] = [];

afterEach(async () => {
  written.length = 0;
  jest.restoreAllMocks();
  await Log.close();
});

type Write = (message: string, context: object) => void;

/** The logs of an app: the text and JSON lines of a project, and the lines of an app made by hand. */
const LOGS: [string, () => Promise<Write>][] = [
  ['text', () => toSink({ format: 'text' })],
  ['JSON', () => toSink({ format: 'json' })],
  [
    'console',
    async () => {
      jest.spyOn(console, 'error').mockImplementation((line) => void written.push(`${line}\n`));
      return (message, context) => consoleLogger.error(message, context as Record<string, unknown>);
    },
  ],
];

async function toSink(settings: Partial<LogSettings>): Promise<Write> {
  await Log.configure({ ...LOG_DEFAULTS, file: '/nowhere', ...settings }, { write: (line) => void written.push(line) });
  return (message, context) => Log.error(message, context);
}

const CHARACTERS = [
  '\u001b',
  '\u007f',
  '\u0080',
  '\u009b',
  '\u009f',
  '\u2028',
  '\u2029',
  '\u200f',
  '\u202e',
  '\u2066',
  '\u2069',
  '\u061c',
  '\u{e0041}',
  '\ufeff',
  '\r',
];

test.each(LOGS)(
  'no character that steers a terminal or turns text around leaves in the %s log',
  async (_name, open) => {
    const write = await open();
    for (const character of CHARACTERS) {
      write(`a${character}b`, { [`n${character}m`]: `c${character}d`, deep: [{ e: `f${character}g` }] });
    }
    expect(written).toHaveLength(CHARACTERS.length);
    expect(written.map((line) => line.slice(0, -1)).join('')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(written.every((line) => line.endsWith('\n') && line.split('\n').length === 2)).toBe(true);
  },
);

test('what was escaped in a JSON line is read back as it was', async () => {
  const write = await toSink({ format: 'json' });
  write('m\u202e', { value: 'a\u009b\u2028\u{e0041}z' });
  expect(JSON.parse(written[0] as string)).toMatchObject({ message: 'm\u202e', value: 'a\u009b\u2028\u{e0041}z' });
});

const SECRET_NAMES = [
  'apiKey',
  'api_key',
  'X-API-Key',
  'APIKEY',
  'sessionId',
  'session_id',
  'SESSIONID',
  'connect.sid',
  'pwd',
  'userPwd',
  'password',
  'db_password',
  'passwd',
  'passphrase',
  'token',
  'accessToken',
  'refresh_token',
  'formToken',
  'secret',
  'clientSecret',
  'authorization',
  'Proxy-Authorization',
  'cookie',
  'Set-Cookie',
  'setCookie',
  'credentials',
  'private_key',
  'jwt',
  'csrf',
];

test.each(LOGS)('the value of a field that names a secret is not in the %s log, at any depth', async (_name, open) => {
  const write = await open();
  for (const name of SECRET_NAMES) {
    let context: object = { [name]: 'hunter2' };
    for (let depth = 0; depth < 12; depth++)
      context = depth % 2 === 0 ? { request: context } : { list: ['x', context] };
    write('at depth', context);
    write('at the top', { [name]: ['hunter2', { value: 'hunter2' }] });
    write('in what stands for it', { request: { toJSON: () => ({ headers: { [name]: 'hunter2' } }) } });
  }
  expect(written).toHaveLength(3 * SECRET_NAMES.length);
  expect(written.join('')).not.toContain('hunter2');
  expect(written.every((line) => line.includes('[hidden]'))).toBe(true);
});

test.each(LOGS)('other fields, and that a secret is missing, are in the %s log', async (_name, open) => {
  const write = await open();
  write('m', {
    key: 'cart',
    session: 'a1b2',
    tokenCount: 7,
    author: 'Ann',
    password: undefined,
    token: null,
    apiKey: '',
  });
  expect(written[0]).toMatch(/"key":"cart","session":"a1b2","tokenCount":7,"author":"Ann","token":null,"apiKey":""/);
});

test.each(LOGS)(
  'a context that holds itself, throws or nests without end gives one line in the %s log',
  async (_name, open) => {
    const write = await open();
    const cycle: Record<string, unknown> = { name: 'self' };
    cycle.self = [cycle];
    let deep: object = {};
    for (let depth = 0; depth < 50_000; depth++) deep = { deep };
    const messages = ['a cycle', 'a trap', 'a depth', 'a number'];
    const trap = Object.defineProperty({}, 'value', {
      enumerable: true,
      get: () => {
        throw new Error('trap');
      },
    });
    for (const [index, context] of [cycle, trap, deep, { big: 10n, error: new Error('inside') }].entries()) {
      write(messages[index] as string, context);
    }
    expect(written.map((line) => messages.find((message) => line.includes(message)))).toEqual(messages);
    expect(written[3]).toMatch(/10.*Error: inside/);
  },
);
