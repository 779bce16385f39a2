import type { CartItem, Removed } from './cart.js';
import type { Profile } from './customers.js';
import type { Flash } from './flash.js';

// What this shop keeps in a session. Every key is optional: a new visitor has none of them.
declare module 'tina4-nodejs' {
  interface SessionData {
    cart?: CartItem[];
    /** What was taken out of the cart last, for "undo". */
    removed?: Removed;
    /** Products whose pages were looked at, newest first. */
    viewed?: number[];
    /** Views of the catalogue. */
    catalogue_visits?: number;
    /** Views of `/visit-counter`. */
    visit_count?: number;
    language?: string;
    theme?: string;
    items_per_page?: number;
    profile?: Profile;
    /** The signed-in customer. */
    user_id?: number;
    _flash?: Flash;
  }
}
