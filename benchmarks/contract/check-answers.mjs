import assert from 'node:assert/strict';
import { echoBody, hello, orderAnswer, orderPath, PREFERENCE, page, preferences, SHOPS } from './app.mjs';

/** Rejects with what is wrong when the plain app does not answer as the contract says. `client` is an HttpClient. */
export async function checkPlainApp(client) {
  const answer = await client.send({ path: '/hello' });
  assert.deepEqual(jsonOf(answer), hello);
  assert.match(answer.headers['content-type'], /^application\/json/);
  for (const shop of [0, 1, SHOPS - 1]) {
    const path = orderPath(shop, '17', 'o-3');
    assert.deepEqual(jsonOf(await client.send({ path })), orderAnswer(shop, '17', 'o-3'));
  }
  assert.equal((await client.send({ path: orderPath(SHOPS, '17', 'o-3') })).status, 404);
  assert.deepEqual(jsonOf(await client.send({ method: 'POST', path: '/echo', body: echoBody })), JSON.parse(echoBody));
  const shown = await client.send({ path: '/page' });
  assert.equal(shown.status, 200);
  assert.match(shown.headers['content-type'], /^text\/html/);
  assert.equal(shown.body.match(/<tr class="(even|odd)">/g)?.length, page.rows.length);
  assert.match(shown.body, /ALL ORDERS.*leave at the &lt;door&gt; &amp; &quot;ring&quot;.*nothing to remark/s);
}

/** The same for the session app: new sessions, kept ones, untouched ones, filled ones, two sessions apart. */
export async function checkSessionApp(client) {
  const first = await client.send({ path: '/visits' });
  assert.deepEqual(jsonOf(first), { visits: 1 });
  const cookie = first.cookie;
  assert.notEqual(cookie, '', 'a new session sets a cookie');
  assert.deepEqual(jsonOf(await client.send({ path: '/visits', cookie })), { visits: 2 });
  assert.deepEqual(jsonOf(await client.send({ path: '/unused', cookie })), { ok: true });
  assert.deepEqual(jsonOf(await client.send({ path: '/visits', cookie })), { visits: 3 });
  assert.deepEqual(
    jsonOf(await client.send({ path: '/visits' })),
    { visits: 1 },
    'without a cookie it is another session',
  );

  const filled = await client.send({ method: 'POST', path: '/preferences', body: JSON.stringify(preferences) });
  assert.deepEqual(jsonOf(filled), { ok: true });
  const read = await client.send({ path: '/preference', cookie: filled.cookie });
  assert.deepEqual(jsonOf(read), { value: preferences[PREFERENCE] });

  for (const item of ['tea', 'rice']) {
    const added = await client.send({ method: 'POST', path: '/cart', cookie, body: JSON.stringify({ item }) });
    assert.deepEqual(jsonOf(added), { ok: true });
  }
  assert.deepEqual(jsonOf(await client.send({ path: '/cart', cookie })), { cart: ['tea', 'rice'] });
}

function jsonOf({ status, body }) {
  assert.equal(status, 200, `status ${status}: ${body.slice(0, 300)}`);
  return JSON.parse(body);
}
