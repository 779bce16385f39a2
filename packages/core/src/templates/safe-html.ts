import { escapeHtml } from '../escape-html.js';
import { SafeText } from './safe-text.js';

/**
 * Marks text as HTML that is printed as it is, for functions and filters that make HTML. Whoever calls this has
 * escaped what came from outside.
 */
export function safeHtml(text: string): SafeText {
  return new SafeText(text, 'html');
}

/**
 * The text a value is printed as: nothing for undefined and null, and what it returns for a function, whose source
 * nobody wants to read on a page. Throws for a promise, which no template can wait
 * for and which would be shown as "[object Promise]".
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value === 'function') return textOf(value());
  if (typeof value !== 'object') return String(value);
  if (typeof (value as { then?: unknown }).then === 'function') {
    throw new TypeError('the value is a promise; await it in the handler and hand the result to the template');
  }
  // An object without a prototype has no toString of its own.
  return typeof (value as { toString?: unknown }).toString === 'function' ? String(value) : '[object Object]';
}

/** The value as HTML: escaped, unless it is HTML already. JSON need not be escaped inside of a script element. */
export function htmlOf(value: unknown, isInScript = false): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'function') return htmlOf(value(), isInScript);
  if (value instanceof SafeText && (value.isSafeFor('html') || (isInScript && value.safeIn === 'json'))) {
    return String(value);
  }
  return escapeHtml(textOf(value));
}
