/** A whole number that came in as a number or as text; undefined for anything else, such as `"2.5"`, `""` or `"ten"`. */
export function wholeNumberOf(value: unknown): number | undefined {
  const isWritten = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const number = isWritten ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
