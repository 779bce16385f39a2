import type { Language } from './preferences.js';
import { type Product, products } from './products.js';

export function findProduct(id: number | undefined): Product | undefined {
  return products.find((product) => product.id === id);
}

/** A product as templates show it: in one language, with the template of its picture. */
export function productView({ id, picture, price_cents, size, texts }: Product, language: Language) {
  return { id, price_cents, size, picture: `pictures/${picture}.svg`, ...texts[language] };
}
