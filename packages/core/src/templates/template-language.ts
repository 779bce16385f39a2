import { builtInFilters } from './filters.js';
import { builtInFunctions } from './functions.js';
import { type CompiledTemplate, RenderContext, Scope } from './render-scope.js';
import { TemplateError, templateSyntaxError } from './template-error.js';
import { type TemplateFilter, type TemplateFinder, type TemplateTest, templateRuntime } from './template-runtime.js';
import { builtInTests } from './tests.js';
import { compileTwig } from './twig-compiler.js';
import { parseTwig } from './twig-parser.js';

/**
 * What reads templates and what runs them, with the filters, tests and functions of one folder of templates. A file of its own,
 * and loaded when a first template is there: with nunjucks it is 28 files, 43 ms and 11 MB of a start.
 */
export class TemplateLanguage {
  readonly #filters: Record<string, TemplateFilter>;
  readonly #tests: Record<string, TemplateTest>;
  readonly #functionNames: ReadonlySet<string>;
  readonly #runtime: ReturnType<typeof templateRuntime>;

  constructor(options: { readonly isDebug: boolean; readonly random: () => number }) {
    this.#filters = builtInFilters(options);
    this.#tests = Object.assign(Object.create(null), builtInTests);
    const functions = builtInFunctions(options);
    this.#functionNames = new Set(Object.keys(functions));
    this.#runtime = templateRuntime({ filters: this.#filters, tests: this.#tests, functions });
  }

  addFilter(name: string, filter: TemplateFilter): void {
    this.#filters[name] = filter;
  }

  addTest(name: string, test: TemplateTest): void {
    this.#tests[name] = (...args) => test(...args) === true;
  }

  /** A text as functions, or the error that tells why it cannot be one. Filters and tests must be known by now. */
  compile(text: string, name: string): CompiledTemplate | TemplateError {
    try {
      const known = { filters: this.#filters, tests: this.#tests };
      const code = compileTwig(parseTwig(text, name, known), name, this.#functionNames);
      return new Function(code)() as CompiledTemplate;
    } catch (error) {
      if (error instanceof TemplateError) return error;
      return templateSyntaxError(error instanceof Error ? error.message : String(error), { template: name, line: 1 });
    }
  }

  /** What a template prints. It finds the templates that it includes or extends in `finder`. */
  run(
    template: CompiledTemplate,
    finder: TemplateFinder,
    data: object | undefined,
    globals: Record<string, unknown>,
  ): string {
    const context = new RenderContext(data, globals);
    context.addBlocks(template.blocks);
    return template.root(finder, context, new Scope(), this.#runtime, false);
  }
}
