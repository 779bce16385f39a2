import { expect, test } from '@jest/globals';
import { Validator } from '../src/validator.js';

const FORM = { name: 'Ada', email: 'ada@example.com', age: '36', role: 'admin', blank: '  ', nothing: null };

test('rules are chained and a right form is valid', () => {
  const validator = new Validator(FORM)
    .required('name', 'email')
    .email('email')
    .minLength('name', 3)
    .maxLength('name', 3)
    .numeric('age')
    .integer('age')
    .min('age', 36)
    .max('age', 36)
    .inList('role', ['admin', 'user'])
    .regex('name', /^A/g);
  expect(validator.isValid()).toBe(true);
  expect(validator.errors()).toEqual([]);
});

test.each([
  ['required', new Validator(FORM).required('phone'), { field: 'phone', message: 'phone is required' }],
  ['required, blank', new Validator(FORM).required('blank'), { field: 'blank', message: 'blank is required' }],
  ['required, null', new Validator(FORM).required('nothing'), { field: 'nothing', message: 'nothing is required' }],
  ['email', new Validator(FORM).email('name'), { field: 'name', message: 'name must be a valid email address' }],
  [
    'minLength',
    new Validator(FORM).minLength('name', 4),
    { field: 'name', message: 'name must be at least 4 characters' },
  ],
  [
    'maxLength',
    new Validator(FORM).maxLength('name', 2),
    { field: 'name', message: 'name must be at most 2 characters' },
  ],
  ['numeric', new Validator(FORM).numeric('name'), { field: 'name', message: 'name must be a number' }],
  ['integer', new Validator({ n: 1.5 }).integer('n'), { field: 'n', message: 'n must be an integer' }],
  ['min', new Validator(FORM).min('age', 37), { field: 'age', message: 'age must be at least 37' }],
  ['max', new Validator(FORM).max('age', 35), { field: 'age', message: 'age must be at most 35' }],
  ['inList', new Validator(FORM).inList('role', ['a', 'b']), { field: 'role', message: 'role must be one of a, b' }],
  [
    'regex',
    new Validator(FORM).regex('name', '^B'),
    { field: 'name', message: 'name does not match the required format' },
  ],
])('%s names the field and what is wrong', (_rule, validator, error) => {
  expect(validator.isValid()).toBe(false);
  expect(validator.errors()).toEqual([error]);
});

test('errors come in the order of the rules', () => {
  const errors = new Validator({}).required('b').required('a').errors();
  expect(errors.map(({ field }) => field)).toEqual(['b', 'a']);
});

test('an optional field that is absent breaks no rule but required', () => {
  const validator = new Validator({}).email('a').minLength('a', 1).numeric('a').inList('a', []).regex('a', /x/);
  expect(validator.isValid()).toBe(true);
});

test.each([undefined, null, 'text', 7, [{ name: 'Ada' }]])('a body of %p is an empty form', (body) => {
  expect(new Validator(body).required('name').isValid()).toBe(false);
});

test('what objects inherit is no field of a form', () => {
  expect(new Validator({}).required('constructor', 'toString').errors()).toHaveLength(2);
});

test.each(['ada@example.com', 'a.b+c@sub.example.co', 'käse@münchen.de'])('%s is an address', (email) => {
  expect(new Validator({ email }).email('email').isValid()).toBe(true);
});

test.each([
  'ada',
  'ada@',
  '@example.com',
  'ada@example',
  'a b@example.com',
  'ada@example.com\nbcc: x@y.zz',
  'ada@-a.com',
  7,
  `${'a'.repeat(60)}@${'b.'.repeat(120)}com`,
])('%p is no address', (email) => {
  expect(new Validator({ email }).email('email').isValid()).toBe(false);
});

test.each(['', ' ', 'Infinity', 'NaN', '1,5', true, {}, []])('%p is no number', (n) => {
  expect(new Validator({ n }).numeric('n').isValid()).toBe(false);
});
