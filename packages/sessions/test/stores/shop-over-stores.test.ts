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
  });
}
