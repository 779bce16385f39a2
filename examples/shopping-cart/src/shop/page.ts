import type { Request } from 'tina4-nodejs';
import './session-data.js';
import { summarize } from './cart.js';
import { findCustomer } from './customers.js';
import { takeFlash } from './flash.js';
import { formatPrice } from './money.js';
import { preferencesOf } from './preferences.js';
import { textsOf } from './texts/texts.js';

/**
 * What `layout.html` needs on every page: the texts `t` of the visitor's language, the theme, the cart's count, who is signed
 * in, and the flash message, which is taken out of the session here. Spread it into the data of the page.
 */
export function pageData(req: Request) {
  const preferences = preferencesOf(req);
  return {
    preferences,
    t: textsOf(preferences.language),
    price: (cents: number) => formatPrice(cents, preferences.language),
    cartCount: summarize(req.session.cart ?? []).item_count,
    customer: findCustomer(req.session.user_id),
    flash: takeFlash(req.session),
  };
}
