import { Tina4Error } from '../errors/tina4-error.js';

/** Where in a template something went wrong; `line` counts from 1. */
export type TemplatePosition = { readonly template: string; readonly line: number };

/**
 * A template is missing, cannot be parsed, or failed while it was rendered. `code` is one of T4_TEMPLATE_NOT_FOUND,
 * T4_TEMPLATE_OUTSIDE, T4_TEMPLATE_SYNTAX and T4_TEMPLATE_RENDER. `template` and `line` tell where (line is undefined
 * when the whole file is meant); what the template called is kept as `cause`.
 */
export class TemplateError extends Tina4Error {
  readonly template: string;
  readonly line: number | undefined;

  constructor(code: string, message: string, at: { template: string; line?: number | undefined; cause?: unknown }) {
    super(code, message, { status: 500, cause: at.cause });
    this.template = at.template;
    this.line = at.line;
  }
}

/** The file is not there. The text behind the code is Tina4's own. */
export function templateNotFound(name: string, from?: TemplatePosition): TemplateError {
  const message = `Template "${name}" not found`;
  if (from === undefined) return new TemplateError('T4_TEMPLATE_NOT_FOUND', message, { template: name });
  return new TemplateError(
    'T4_TEMPLATE_NOT_FOUND',
    `${message}, asked for by "${from.template}" line ${from.line}`,
    from,
  );
}

/** The text of a template breaks a rule of the language; `line` counts from 1. */
export function templateSyntaxError(message: string, at: { template: string; line: number }): TemplateError {
  const where = `Template "${at.template}" line ${at.line}`;
  return new TemplateError('T4_TEMPLATE_SYNTAX', `${where}: ${message}`, at);
}

/** Adds the place to an error thrown while rendering. An error that already names its place goes through unchanged. */
export function templateRenderError(cause: unknown, at: TemplatePosition): TemplateError {
  if (cause instanceof TemplateError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TemplateError('T4_TEMPLATE_RENDER', `Template "${at.template}" line ${at.line}: ${message}`, {
    ...at,
    cause,
  });
}
