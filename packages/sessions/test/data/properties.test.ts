import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decode,
  encodeDestroyed,
  encodeLive,
  encodeReplaced,
  parseRecord,
  type SessionRecord,
} from '../../src/data/codec.js';
import { changesBetween, hasSamePrimitives, mergeRecords } from '../../src/data/merge.js';
import { serializeRecord } from '../../src/data/serialize.js';
import { createRandomPool, isSessionId, keyOfSessionId, newSessionId } from '../../src/data/session-id.js';
import { findSessionIds } from '../../src/engine/session-cookie.js';

const randomBytes = createRandomPool();

/** Any JSON data under any key, the dangerous ones often. */
const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'toJSON', 'id', '', 'a.b', '$set', '\u0000', '\ud800'),
);
const value = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<unknown>,
  fc.constantFrom('\u0000', '\udfff lone', { ['__proto__']: { polluted: true } }, 1e21, -1),
);
const data = fc
  .array(fc.tuple(key, value), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries) as SessionRecord);

/** Few keys and values, so that the sides meet. */
const small = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom(1, 2, 'x', [1], { n: 1 }));

const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));

test('what is stored is what was there, for any JSON data', () => {
  fc.assert(
    fc.property(data, fc.nat(), (record, createdAt) => {
      const text = encodeLive(createdAt, 'writer', serializeRecord(record));
      const payload = decode(text);
      expect(payload).toMatchObject({ kind: 'live', createdAt });
      const parsed = payload?.kind === 'live' ? parseRecord(payload.json) : undefined;
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(record));
      expect(Object.keys(parsed ?? {})).toEqual(Object.keys(JSON.parse(JSON.stringify(record))));
    }),
    { numRuns: 500 },
  );
});

test('a stored text has neither U+0000 nor a lone surrogate in it', () => {
  fc.assert(
    fc.property(data, (record) => {
      const text = serializeRecord(record);
      expect(text).not.toMatch(/\p{Surrogate}/u);
      expect(text).not.toContain('\u0000');
    }),
    { numRuns: 500 },
  );
});

test('reading stored data never touches Object.prototype', () => {
  fc.assert(
    fc.property(data, data, (record, other) => {
      const parsed = parseRecord(serializeRecord(record)) as SessionRecord;
      mergeRecords({}, parsed, other);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    }),
  );
});

test('any text at all decodes to a payload or to nothing, and never throws', () => {
  const almost = fc
    .tuple(data, fc.nat(60))
    .map(([record, cut]) => encodeLive(1, 'w', serializeRecord(record)).slice(0, cut));
  const text = fc.oneof(
    fc.string(),
    almost,
    fc.string().map((tail) => `t4s1;d;${tail}`),
    fc.string().map((tail) => `t4s1;x;${tail}`),
  );
  fc.assert(
    fc.property(text, (stored) => {
      const payload = decode(stored);
      if (payload?.kind === 'live') parseRecord(payload.json);
      expect([undefined, 'live', 'tombstone']).toContain(payload?.kind);
    }),
    { numRuns: 1_000 },
  );
});

test('a text of a newer format is nothing', () => {
  expect([decode('t4s2;d;1;w;{}'), decode('{"cookie":{}}'), decode(''), decode('t4s1;x;moved;w')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(decode(encodeDestroyed('w'))).toEqual({ kind: 'tombstone', reason: 'destroyed' });
  const before = { readableUntil: 0, createdAt: 5, json: '{"a;}":"\n{;"}' };
  expect(decode(encodeReplaced('w', before))).toEqual({ kind: 'tombstone', reason: 'replaced', before });
  // Cut off, or written by a version that kept nothing: it still says that the session ended.
  for (const text of ['t4s1;x;replaced;w', 't4s1;x;replaced;w;0;5;{"a":1', 't4s1;x;replaced;w;0;x;{}']) {
    expect(decode(text)).toEqual({ kind: 'tombstone', reason: 'replaced', before: undefined });
  }
});

test('a merge keeps what only one side changed', () => {
  fc.assert(
    fc.property(small, small, small, (base, ours, theirs) => {
      const { merged, conflicts, keptKeys } = mergeRecords(base, ours, theirs);
      const our = changesBetween(base, ours);
      const their = changesBetween(base, theirs);
      const ourKeys = new Set([...our.set, ...our.deleted]);
      const theirKeys = new Set([...their.set, ...their.deleted]);
      for (const name of ['a', 'b', 'c', '__proto__']) {
        const expected = ourKeys.has(name) ? ours : theirs;
        const isContested = ourKeys.has(name) && theirKeys.has(name);
        if (!isContested) expect([name, textAt(merged, name)]).toEqual([name, textAt(expected, name)]);
        else if (textAt(ours, name) !== textAt(theirs, name)) expect([...conflicts, ...keptKeys]).toContain(name);
      }
      expect([...conflicts, ...keptKeys].every((name) => ourKeys.has(name) && theirKeys.has(name))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('merging over unchanged data gives our data, and merging no change gives theirs', () => {
  fc.assert(
    fc.property(small, small, (base, other) => {
      expect(sorted(mergeRecords(base, other, base).merged)).toEqual(sorted(other));
      expect(sorted(mergeRecords(base, base, other).merged)).toEqual(sorted(other));
    }),
  );
});

test('an equal change on both sides is a conflict only for who must not share it', () => {
  const [base, changed] = [{ count: 1 }, { count: 2 }];
  expect(mergeRecords(base, changed, changed).conflicts).toEqual([]);
  expect(mergeRecords(base, changed, changed, true).conflicts).toEqual(['count']);
});

test('the cheap comparison never calls different data the same', () => {
  fc.assert(
    fc.property(data, data, (one, other) => {
      if (hasSamePrimitives(one, other)) expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    }),
  );
  fc.assert(
    fc.property(small, (one) => {
      const copy = JSON.parse(JSON.stringify(one));
      const hasObject = Object.values(one).some((each) => typeof each === 'object');
      expect(hasSamePrimitives(one, copy)).toBe(!hasObject);
    }),
  );
});

test('ids of a cookie header are found among anything else, in order, once each and eight at most', () => {
  const noise = fc.oneof(
    fc.string().map((text) => text.replaceAll(';', '')),
    fc.constantFrom('tina4_session', 'tina4_session=', 'tina4_session=short', 'xtina4_session=abc', '=', ''),
    id.map((each) => `other_tina4_session=${each}`),
    id.map((each) => `tina4_session=${each}x`),
    id.map((each) => `x=tina4_session=${each}`),
  );
  const part = fc.oneof(
    noise.map((text) => ({ text, id: undefined as string | undefined })),
    id.map((each) => ({ text: `tina4_session=${each}`, id: each })),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const header = parts.map(({ text }) => text).join('; ');
      const expected = [...new Set(parts.flatMap((each) => each.id ?? []))].slice(0, 8);
      expect(findSessionIds(header, 'tina4_session')).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

test('an id is 32 bytes in canonical base64url and nothing else', () => {
  fc.assert(
    fc.property(id, (each) => {
      expect(isSessionId(each)).toBe(true);
      expect(keyOfSessionId(each)).toMatch(/^[0-9a-f]{64}$/);
      expect(isSessionId(`${each}A`) || isSessionId(each.slice(1))).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.string({ minLength: 43, maxLength: 43 }), (text) => {
      const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text;
      expect(isSessionId(text)).toBe(isCanonical);
    }),
  );
});

test('every new id is well-formed and unlike every other', () => {
  const ids = Array.from({ length: 1_000 }, () => newSessionId(randomBytes));
  expect(ids.every(isSessionId)).toBe(true);
  expect(new Set(ids).size).toBe(1_000);
});

function textAt(record: Readonly<SessionRecord>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? JSON.stringify(record[name]) : undefined;
}

function sorted(record: Readonly<SessionRecord>): unknown[] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}
