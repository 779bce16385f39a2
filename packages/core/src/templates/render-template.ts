import type { AppContext } from '../app-context.js';
import { formTokenFields, formTokenOf } from '../auth/request-form-token.js';
import { Tina4Error } from '../errors/tina4-error.js';
import type { Request } from '../request/request.js';
import { safeHtml } from './safe-html.js';

/**
 * Renders a template for a request, with the names that every page may use: `form_token()` prints the hidden fields of a form,
 * `formTokenValue()` the bare token; both belong to the session of the request. Throws or rejects when the template is missing
 * or broken.
 */
export function renderTemplate(
  name: string,
  data: object,
  req: Request,
  { templates }: AppContext,
): string | Promise<string> {
  if (templates === undefined) {
    throw new Tina4Error(
      'T4_TEMPLATES_MISSING',
      `there is no template folder, so "${name}" cannot be rendered. Make src/templates.`,
    );
  }
  const globals = {
    form_token: (context?: string) => safeHtml(formTokenFields(req, context)),
    formTokenValue: (context?: string) => formTokenOf(req, context),
  };
  return templates.render(name, data as Readonly<Record<string, unknown>>, { globals });
}
