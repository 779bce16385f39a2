import type { TemplateRenderer } from '../app-context.js';
import type { Templates } from './templates.js';

/**
 * Templates that look for changed files before they render, whenever a refresh is due: before every rendering in debug
 * mode, else when the cache time is over. At all other times `render` returns text at once, without a promise. `has`
 * answers from the files that were last read.
 */
export function freshTemplates(templates: Templates): TemplateRenderer {
  return {
    has: (name) => templates.has(name),
    render: (name, data, options) =>
      templates.isRefreshDue
        ? templates.refresh().then(() => templates.render(name, data, options))
        : templates.render(name, data, options),
  };
}
