/**
 * Money is counted in whole cents everywhere in the shop: 0.1 + 0.2 is not 0.3, but 10 + 20 is 30. Only what comes in from
 * outside and what is shown to people is in euros.
 */

/** Euros as a number or as text (`19.9`, `"19.90"`) in cents; undefined for what is not a price of 0 or more. */
export function centsOf(price: unknown): number | undefined {
  const isWritten = typeof price === 'number' || (typeof price === 'string' && price.trim() !== '');
  const euros = isWritten ? Number(price) : Number.NaN;
  const cents = Math.round(euros * 100);
  return euros >= 0 && Number.isSafeInteger(cents) ? cents : undefined;
}

/** Cents as a number of euros, for JSON: 1990 gives 19.9. */
export function eurosOf(cents: number): number {
  return cents / 100;
}

/** Cents as people of a language write them: `€19.90` or `19,90 €`. `locale` is a BCP 47 tag such as `de`. */
export function formatPrice(cents: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(cents / 100);
}
