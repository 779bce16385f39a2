/** What an answer that nobody else may see says about caches, when the app said nothing of its own. */
const PRIVATE = 'private, no-cache';
/** One directive of Cache-Control (RFC 9111, section 5.2); a quoted argument may hold commas. */
const DIRECTIVE = /[^\s,="]+(?:="[^"]*"|=[^,"]*)?/g;
/** Directives that speak to shared caches, or let them store after all: `private="X-Name"` is about that header alone. */
const FOR_SHARED_CACHES = /^(?:public|s-maxage=.*|private=.*)$/i;

/**
 * The Cache-Control of an answer that is for one visitor (RFC 9111, sections 5.2.2.7 and 7.3): what the app said, without what it
 * said to shared caches, and `private`. An app's own `private` or `no-store` is kept as it is.
 */
export function privateCacheControl(own: string | undefined): string {
  if (own === undefined) return PRIVATE;
  const kept = (own.match(DIRECTIVE) ?? []).map((text) => text.trim()).filter((text) => !FOR_SHARED_CACHES.test(text));
  if (kept.some((directive) => /^(?:private|no-store)$/i.test(directive))) return kept.join(', ');
  return kept.length === 0 ? PRIVATE : ['private', ...kept].join(', ');
}

/** True when the app itself said that everyone may be given this answer. */
export function isDeclaredPublic(own: string | undefined): boolean {
  return own !== undefined && /(?:^|,)\s*(?:public\s*(?:,|$)|s-maxage\s*=)/i.test(own);
}

/** True for headers that tell content delivery networks to keep an answer whatever Cache-Control says (RFC 9213, section 2). */
export function isForDeliveryNetworks(name: string): boolean {
  return name.endsWith('-cache-control') || name === 'surrogate-control';
}
