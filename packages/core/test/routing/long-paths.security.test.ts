import { afterEach, expect, test } from '@jest/globals';
import type { Router } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

/** No request may hold the event loop for longer, ms of processor time; what is here takes a few. */
const LIMIT = 250;

const register = (router: Router): void => {
  router.get('/archive/{year}-{month}-{day}.csv', (req, res) => res.json(req.params));
  router.get('/five/{a}-{b}-{c}-{d}-{e}!', (req, res) => res.json(req.params));
  router.get('/slugs/{a:slug}-{b:slug}-{c:slug}-{d:slug}!', (req, res) => res.json(req.params));
  router.get('/floats/{a:float}.{b:float}.{c:float}!', (req, res) => res.json(req.params));
  router.get('/close/{a}{b}{c}{d}!', (req, res) => res.json(req.params));
  router.get('/int/{id:int}', (req, res) => res.json(req.params));
  router.get('/float/{id:float}', (req, res) => res.json(req.params));
  router.get('/uuid/{a:uuid}-{b:uuid}', (req, res) => res.json(req.params));
  router.get('/deep/{a}/{b}/{c}/end', (req, res) => res.json(req.params));
};

test.each<[string, string]>([
  ['4,000 hyphens for three parameters', `/archive/${'-'.repeat(4000)}`],
  ['15,000 hyphens for three parameters', `/archive/${'-'.repeat(15_000)}`],
  ['400 hyphens for five parameters', `/five/${'-'.repeat(400)}`],
  ['1,000 hyphens for five parameters', `/five/${'-'.repeat(1000)}`],
  ['1,000 hyphens and letters for five parameters', `/five/${'a-'.repeat(500)}`],
  ['1,000 hyphens for slugs', `/slugs/${'-'.repeat(1000)}`],
  ['15,000 hyphens for slugs', `/slugs/${'-'.repeat(15_000)}`],
  ['1,000 digits and points for floats', `/floats/${'1.'.repeat(500)}`],
  ['1,000 letters for parameters without text between', `/close/${'a'.repeat(1000)}`],
  ['15,000 digits for an int', `/int/${'1'.repeat(15_000)}x`],
  ['15,000 digits for a float', `/float/${'1'.repeat(15_000)}x`],
  ['uuids without end', `/uuid/${'123e4567-e89b-12d3-a456-426614174000-'.repeat(400)}`],
  ['7,000 segments', `/deep${'/a'.repeat(7000)}`],
  ['15,000 slashes', '/'.repeat(15_000)],
  ['7,000 slashes between letters', `/x${'/'.repeat(14_000)}x/`],
  ['7,000 backslashes between letters', `/x${'\\'.repeat(14_000)}x/`],
  ['15,000 dots', `/${'.'.repeat(15_000)}`],
  ['5,000 encoded letters', `/${'%61'.repeat(5000)}`],
  ['5,000 encoded percent signs', `/${'%25'.repeat(5000)}`],
  ['5,000 dot segments', `/${'%2e/'.repeat(3500)}`],
  ['a long host', `http://${'a'.repeat(15_000)}`],
])('%s are answered at once', async (_name, target) => {
  const { sendRaw } = await startApp(register, { redirectsTrailingSlash: true });
  const request = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  const start = process.cpuUsage();
  const answer = await sendRaw(request);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(LIMIT);
  expect(answer).toMatch(/^HTTP\/1.1 (?:301|4\d\d) /);
});

test('a segment of several parameters that is long but no attack is still found', async () => {
  const { fetch } = await startApp(register);
  const month = 'm'.repeat(900);
  expect(await (await fetch(`/archive/2024-${month}-01.csv`)).json()).toEqual({ year: '2024', month, day: '01' });
  expect((await fetch(`/archive/2024-${month}${month}-01.csv`)).status).toBe(404);
});
