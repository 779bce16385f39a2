/**
 * The two apps that every framework shows, as data: paths, answers and bodies. Knows no framework. tina4's projects get a copy
 * of this file, so it imports nothing.
 *
 * plain:   GET /hello, GET /shop0…99/:customer/orders/:order, POST /echo, GET /page
 * session: GET /visits, GET /preference, GET /unused, POST /preferences, POST /cart, GET /cart
 */

export const hello = Object.freeze({ hello: 'world' });

/** How many routes with two parameters an app has; `grow` asks for other numbers. */
export const SHOPS = 100;

/** The path of one shop's orders. Called with `:customer` and `:order` it gives the pattern of the route. */
export const orderPath = (shop, customer, order) => `/shop${shop}/${customer}/orders/${order}`;

/** The answer at `orderPath(shop, customer, order)`; parameters are text everywhere. */
export const orderAnswer = (shop, customer, order) => ({ shop, customer, order });

/** What the page is made of: thirty rows, of which some hold text that must be escaped. */
export const page = Object.freeze({
  title: 'All orders',
  rows: Array.from({ length: 30 }, (_, index) => ({
    number: index + 1,
    customer: `Customer ${index + 1}`,
    remark: index % 4 === 0 ? 'leave at the <door> & "ring"' : 'nothing to remark',
    isPaid: index % 2 === 0,
  })),
});

/** The session that `POST /preferences` fills: fifty keys, about 2 KB of JSON. */
export const preferences = Object.freeze(
  Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`preference${index}`, `choice-${index}-`.padEnd(30, '.')]),
  ),
);

/** The one of them that `GET /preference` answers. */
export const PREFERENCE = 'preference25';

/** Exactly 1,024 bytes of JSON for `POST /echo`. */
export const echoBody = JSON.stringify({
  order: 4711,
  lines: [1, 2, 3],
  address: { city: 'Kapstadt', floors: [0, 1] },
  remark: 'r'.repeat(937),
});

/** Longer than what any framework demands of a key for signing. */
export const SECRET = 'the benchmarks sign their cookies with this text';

/** How long sessions live, in seconds. */
export const LIFETIME_SECONDS = 3600;
