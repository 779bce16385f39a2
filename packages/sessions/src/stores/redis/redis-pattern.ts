/** The text as a pattern of SCAN that matches nothing but it. */
export function patternOf(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&');
}
