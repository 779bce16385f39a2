import { expect, test } from '@jest/globals';
import { didYouMean, nearestName } from '../src/nearest-name.js';

const commands = ['serve', 'init', 'routes', 'test', 'build', 'sessions'];

test.each([
  ['srve', 'serve'],
  ['SERVE', 'serve'],
  ['tset', 'test'],
  ['session', 'sessions'],
  ['buidl', 'build'],
  ['rotue', 'routes'],
  ['inti', 'init'],
  ['list', undefined],
  ['', undefined],
])('%j was meant to be %j', (name, nearest) => {
  expect(nearestName(name, commands)).toBe(nearest);
});

test('of several names the closest is taken, and a sentence ends with or without it', () => {
  expect(nearestName('requireLogn', ['requireLogins', 'requireLogin'])).toBe('requireLogin');
  expect(didYouMean('srve', commands)).toBe('. Did you mean serve?');
  expect(didYouMean('xyz', commands)).toBe('.');
});
