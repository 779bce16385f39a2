import { afterAll, expect, test } from '@jest/globals';
import { SHARED_STORES } from './shared-stores.js';
import { ShopProgram } from './shop-processes.js';

const program = new ShopProgram();
afterAll(() => program.remove());

for (const store of SHARED_STORES) {
  store.describe((open) => {
    const title = '200 parallel cart adds over 40 connections in two processes keep 200 items';
    test(title, async () => {
      const place = await open();
      // The deadline of one store call: on a busy machine the answer must be right, not quick.
      const { shops, cookie } = await program.open({ ...place.settings, timeoutMs: 10_000 }, 2);
      try {
        expect(await shops.storm(cookie, 'POST', '/api/cart/add')).toEqual([]);
        const { cart } = (await shops.stored(1, cookie)) as { cart: string[] };
        const items = cart.map(Number).sort((one, other) => one - other);
        expect(items).toEqual(Array.from({ length: 200 }, (_, index) => index));
      } finally {
        shops.close();
        await place.stop();
      }
    }, 60_000);

    test.each([1, 2])(
      'two and three clicks on Log in keep the cart, with %i processes',
      async (processes) => {
        const place = await open();
        const { shops, cookie: first } = await program.open({ ...place.settings, timeoutMs: 10_000 }, processes);
        try {
          let cookie = first;
          for (const clicks of [2, 3]) {
            await shops.send(0, 'POST', `/api/cart/add?item=${clicks}`, cookie);
            const before = await shops.stored(0, cookie);
            const answers = await Promise.all(
              Array.from({ length: clicks }, (_, click) => shops.send(click, 'POST', `/login?click=${click}`, cookie)),
            );
            for (const [click, answer] of answers.entries()) {
              expect(answer.status).toBe(200);
              expect(await shops.stored(click, answer.cookie)).toEqual({ ...before, user: String(click) });
            }
            expect(await shops.stored(0, cookie)).toEqual({});
            cookie = answers.at(-1)?.cookie ?? '';
          }
        } finally {
          shops.close();
          await place.stop();
        }
      },
      60_000,
    );
  });
}
