import { inspect } from 'node:util';
import { builtIn } from './built-in.js';
import { listFilters } from './list-filters.js';
import type { TemplateFilter } from './template-runtime.js';
import { dumpHtml, textFilters } from './text-filters.js';
import { valueFilters } from './value-filters.js';

/**
 * Every filter that Tina4 templates have from the start. `dump` shows its value only in debug mode; `random` gives
 * numbers from 0 to below 1, for `shuffle`.
 */
export function builtInFilters(options: { isDebug: boolean; random: () => number }): Record<string, TemplateFilter> {
  const filters: Record<string, TemplateFilter> = Object.create(null);
  return Object.assign(filters, textFilters, valueFilters, listFilters(options.random), {
    dump: builtIn('', dumpFunction(options.isDebug)),
  });
}

/** `dump` as filter and as function: nothing outside of debug mode, since it shows all that is in a value. */
export function dumpFunction(isDebug: boolean): (...values: unknown[]) => unknown {
  return (...values) => (isDebug ? dumpHtml(values, (value) => inspect(value, { depth: 4, maxArrayLength: 100 })) : '');
}
