/**
 * Query strings and URL-encoded forms: an object of strings without a prototype, so that no key means anything special. Of a
 * repeated key the last value counts.
 */
export function parseQuery(text: string): Record<string, string> {
  const result: Record<string, string> = Object.create(null);
  if (text === '') return result;
  for (const [key, value] of new URLSearchParams(text)) result[key] = value;
  return result;
}
