import type { Session } from 'tina4-nodejs';
import { findProduct } from './catalogue.js';
import type { Product } from './products.js';

const REMEMBERED = 5;

/** Notes that the visitor looks at a product: the newest stands first, each only once. */
export function noteViewed(session: Session, { id }: Product): void {
  const others = (session.viewed ?? []).filter((viewed) => viewed !== id);
  session.viewed = [id, ...others].slice(0, REMEMBERED);
}

/** What the visitor looked at before, newest first. */
export function recentlyViewed(session: Session): Product[] {
  return (session.viewed ?? []).flatMap((id) => findProduct(id) ?? []);
}
