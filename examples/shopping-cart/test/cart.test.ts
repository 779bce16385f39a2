import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addItem, type CartItem, MAX_QUANTITY, putBack, removeItem, setQuantity, summarize } from '../src/shop/cart.js';
import { centsOf, eurosOf, formatPrice } from '../src/shop/money.js';
import { wholeNumberOf } from '../src/shop/whole-number.js';

const item: fc.Arbitrary<CartItem> = fc.record({
  product_id: fc.integer({ min: 1, max: 9 }),
  name: fc.string(),
  price_cents: fc.integer({ min: 0, max: 1_000_000 }),
  quantity: fc.integer({ min: 1, max: 100 }),
});

describe('cart', () => {
  test('has one line for each product, and as many pieces as were added', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), (items) => {
        const { item_count, unique_items } = summarize(items.reduce(addItem, [] as CartItem[]));
        expect(unique_items).toBe(new Set(items.map(({ product_id }) => product_id)).size);
        expect(item_count).toBe(items.reduce((sum, { quantity }) => sum + quantity, 0));
      }),
    );
  });

  test('costs exactly the sum of its lines', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), (items) => {
        const { lines, total_cents } = summarize(items.reduce(addItem, [] as CartItem[]));
        expect(total_cents).toBe(lines.reduce((sum, line) => sum + line.price_cents * line.quantity, 0));
        expect(Number.isSafeInteger(total_cents)).toBe(true);
      }),
    );
  });

  test('is as it was when what was taken out is put back', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), fc.nat(), (items, pick) => {
        const cart = items.reduce(addItem, [] as CartItem[]);
        const at = pick % cart.length;
        const removed = cart.slice(at, at + 1);
        const without = removeItem(cart, removed[0]?.product_id ?? 0);
        expect(putBack(without, { items: removed, at })).toEqual(cart);
        expect(putBack([], { items: cart, at: 0 })).toEqual(cart);
      }),
    );
  });

  test('is not changed in place', () => {
    const cart = Object.freeze([Object.freeze({ product_id: 1, name: 'Mug', price_cents: 1200, quantity: 1 })]);

    addItem(cart, { product_id: 1, name: 'Mug', price_cents: 1200, quantity: 1 });
    setQuantity(cart, 1, 5);
    removeItem(cart, 1);

    expect(cart[0]?.quantity).toBe(1);
  });

  test('holds at most ten thousand of one product', () => {
    const full = addItem([], { product_id: 1, name: 'Mug', price_cents: 1200, quantity: MAX_QUANTITY });

    const more = addItem(full, { product_id: 1, name: 'Mug', price_cents: 1200, quantity: 1 });

    expect(summarize(more).item_count).toBe(MAX_QUANTITY);
  });
});

describe('money', () => {
  test('comes back as it went in, for every price with two decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (cents) => {
        expect(centsOf(eurosOf(cents))).toBe(cents);
        expect(centsOf(eurosOf(cents).toFixed(2))).toBe(cents);
      }),
    );
  });

  test.each([-1, '-0.01', '', ' ', 'free', '1,50', null, undefined, true, [], {}, Number.NaN, Infinity, 1e300])(
    'does not take %p for a price',
    (price) => {
      expect(centsOf(price)).toBeUndefined();
    },
  );

  test('is written as people of the language write it', () => {
    expect(formatPrice(123_456, 'en')).toBe('€1,234.56');
    expect(formatPrice(123_456, 'de')).toBe('1.234,56\u00a0€');
  });
});

test.each(['', ' ', '2.5', 'ten', '1e400', null, undefined, true, [], {}, 0.5])('%p is no whole number', (value) => {
  expect(wholeNumberOf(value)).toBeUndefined();
});
