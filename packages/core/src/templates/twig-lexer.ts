import type { Token, TokenSource } from './nunjucks-parts.js';
import { templateSyntaxError } from './template-error.js';

const punctuation: Record<string, string> = {
  '(': 'left-paren',
  ')': 'right-paren',
  '[': 'left-bracket',
  ']': 'right-bracket',
  '{': 'left-curly',
  '}': 'right-curly',
  ',': 'comma',
  ':': 'colon',
  '~': 'tilde',
  '|': 'pipe',
};
const operators = ['===', '!==', '<=>', '==', '!=', '<=', '>=', '=>', '//', '**', '??', '?:', '..'];
const singleOperators = '+-*/%=<>.?!';
const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const escapedCharacters: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

/**
 * Cuts a template into the tokens that nunjucks' parser reads, by Twig's rules where the two differ: `}}` inside a
 * nested literal does not end the output, `?` and `??` are operators, `raw` and `verbatim` are literal text, and
 * whitespace control (`{%-`, `-%}`, the same with `~` for one line) is done here. Throws T4_TEMPLATE_SYNTAX.
 */
export class TwigLexer implements TokenSource {
  readonly tags = { VARIABLE_START: '{{', VARIABLE_END: '}}', COMMENT_START: '{#', COMMENT_END: '#}' };
  readonly #source: string;
  readonly #template: string;
  #index = 0;
  #line = 0;
  #lineStart = 0;
  /** The text that ends the tag we are in, or undefined in plain text. */
  #tagEnd: '%}' | '}}' | undefined;
  #tagLine = 0;
  /** Closers still owed inside the tag, innermost last. */
  #open: string[] = [];
  /** True behind the dot of `a.b`, where every word and every number is the name of a member. */
  #isBehindDot = false;
  /** How the text after the last tag is trimmed on its left side. */
  #trimNext = '';

  constructor(source: string, template: string) {
    this.#source = source;
    this.#template = template;
  }

  nextToken(): Token | null {
    if (this.#tagEnd !== undefined) return this.#codeToken(this.#tagEnd);
    while (this.#index < this.#source.length) {
      const start = this.#nextTag();
      const token = start === this.#index ? this.#tagStart() : this.#textToken(start);
      if (token !== undefined) return token;
    }
    return null;
  }

  /** The text up to the tag at `start`, or undefined when trimming leaves nothing of it. */
  #textToken(start: number): Token | undefined {
    const at = this.#position();
    const text = this.#source.slice(this.#index, start);
    this.#moveTo(start);
    return this.#dataToken(text, this.#source[start + 2] ?? '', at);
  }

  #dataToken(raw: string, trimMark: string, at: { lineno: number; colno: number }): Token | undefined {
    let text = raw;
    if (this.#trimNext === '-') text = text.trimStart();
    if (this.#trimNext === '~') text = text.replace(/^[ \t]+/, '');
    if (trimMark === '-') text = text.trimEnd();
    if (trimMark === '~') text = trimLineEnd(text);
    this.#trimNext = '';
    return text === '' ? undefined : { type: 'data', value: text, ...at };
  }

  /** Enters the tag that begins here. A comment and a raw block are passed over as a whole. */
  #tagStart(): Token | undefined {
    const opener = this.#source.slice(this.#index, this.#index + 2);
    if (opener === '{#') return this.#skipComment();
    if (opener === '{%') {
      const raw = /\{%[-~]?\s*(raw|verbatim)\s*([-~]?)%\}/y;
      raw.lastIndex = this.#index;
      const match = raw.exec(this.#source);
      if (match !== null) return this.#rawBlock(match);
    }
    const at = this.#position();
    this.#tagLine = this.#line;
    this.#tagEnd = opener === '{%' ? '%}' : '}}';
    this.#moveTo(this.#index + 2);
    if (/[-~]/.test(this.#source[this.#index] ?? '')) this.#moveTo(this.#index + 1);
    return { type: opener === '{%' ? 'block-start' : 'variable-start', value: opener, ...at };
  }

  #skipComment(): undefined {
    const end = this.#source.indexOf('#}', this.#index + 2);
    if (end === -1) this.#fail('the comment that begins here is never closed with #}');
    const mark = this.#source[end - 1] ?? '';
    this.#trimNext = /[-~]/.test(mark) ? mark : '';
    this.#moveTo(end + 2);
    return undefined;
  }

  #rawBlock(opening: RegExpExecArray): Token | undefined {
    const name = opening[1];
    const closing = new RegExp(`\\{%([-~]?)\\s*end${name}\\s*([-~]?)%\\}`, 'g');
    const begin = this.#index + opening[0].length;
    closing.lastIndex = begin;
    const end = closing.exec(this.#source);
    if (end === null) return this.#fail(`{% ${name} %} is never closed with {% end${name} %}`);
    this.#trimNext = opening[2] ?? '';
    this.#moveTo(begin);
    const at = this.#position();
    const token = this.#dataToken(this.#source.slice(begin, end.index), end[1] ?? '', at);
    this.#trimNext = end[2] ?? '';
    this.#moveTo(end.index + end[0].length);
    return token;
  }

  #codeToken(tagEnd: '%}' | '}}'): Token {
    this.#skipSpaces();
    const at = this.#position();
    const rest = this.#source.slice(this.#index, this.#index + 3);
    if (rest === '') return this.#fail(`the tag that begins here is never closed with ${tagEnd}`, this.#tagLine);
    // Only outside of literals: {{ {"a": {"b": 1}} }} has }} in its middle.
    if (this.#open.length === 0) {
      const mark = /^[-~]/.test(rest) && rest.slice(1) === tagEnd ? (rest[0] ?? '') : '';
      if (mark !== '' || rest.startsWith(tagEnd)) {
        this.#tagEnd = undefined;
        this.#trimNext = mark;
        this.#moveTo(this.#index + mark.length + 2);
        return { type: tagEnd === '%}' ? 'block-end' : 'variable-end', value: tagEnd, ...at };
      }
    }
    const first = rest[0] ?? '';
    if (first === '"' || first === "'") return { type: 'string', value: this.#string(first), ...at };
    return { ...this.#wordOrNumber(), ...at };
  }

  #wordOrNumber(): { type: string; value: string } {
    const isMember = this.#isBehindDot;
    this.#isBehindDot = false;
    if (isMember) {
      const member = /[\p{ID_Continue}$]+/uy;
      member.lastIndex = this.#index;
      const name = member.exec(this.#source)?.[0];
      if (name === undefined) return this.#fail('the name of a member is expected behind the dot');
      this.#moveTo(this.#index + name.length);
      return { type: 'symbol', value: name };
    }
    // A dot after the digits is a fraction only when a digit follows: 1..5 is a range.
    const pattern = /(\d+(?:\.\d+)?)|[\p{ID_Start}_$][\p{ID_Continue}$]*/uy;
    pattern.lastIndex = this.#index;
    const match = pattern.exec(this.#source);
    if (match === null) return this.#operator();
    this.#moveTo(this.#index + match[0].length);
    const text = match[0];
    if (match[1] !== undefined) return { type: text.includes('.') ? 'float' : 'int', value: text };
    if (text === 'true' || text === 'false') return { type: 'boolean', value: text };
    if (text === 'null' || text === 'none') return { type: 'none', value: text };
    return { type: 'symbol', value: text };
  }

  #operator(): { type: string; value: string } {
    const rest = this.#source.slice(this.#index, this.#index + 3);
    const value = operators.find((operator) => rest.startsWith(operator)) ?? rest[0] ?? '';
    const type = punctuation[value];
    if (type === undefined && value.length === 1 && !singleOperators.includes(value)) {
      return this.#fail(`"${value}" is not expected here`);
    }
    const closer = closers[value];
    if (closer !== undefined) this.#open.push(closer);
    if (value === ')' || value === ']' || value === '}') {
      if (this.#open.pop() !== value) return this.#fail(`"${value}" closes nothing that is open`);
    }
    if (value === '=>') this.#fail('arrow functions are not there; map, filter and sort take the name of a member');
    this.#moveTo(this.#index + value.length);
    this.#isBehindDot = value === '.';
    return { type: type ?? 'operator', value };
  }

  #string(quote: string): string {
    const start = this.#line;
    let text = '';
    let index = this.#index + 1;
    while (index < this.#source.length && this.#source[index] !== quote) {
      if (this.#source[index] === '\\') {
        index += 1;
        const escaped = this.#source[index] ?? '';
        text += escapedCharacters[escaped] ?? escaped;
      } else {
        text += this.#source[index];
      }
      index += 1;
    }
    if (index >= this.#source.length) return this.#fail(`the text that begins with ${quote} is never closed`, start);
    this.#moveTo(index + 1);
    return text;
  }

  #skipSpaces(): void {
    const spaces = /\s*/y;
    spaces.lastIndex = this.#index;
    spaces.exec(this.#source);
    this.#moveTo(spaces.lastIndex);
  }

  #nextTag(): number {
    const tag = /\{[{%#]/g;
    tag.lastIndex = this.#index;
    return tag.exec(this.#source)?.index ?? this.#source.length;
  }

  #moveTo(index: number): void {
    for (let passed = this.#index; passed < index; passed += 1) {
      if (this.#source[passed] !== '\n') continue;
      this.#line += 1;
      this.#lineStart = passed + 1;
    }
    this.#index = index;
  }

  #position(): { lineno: number; colno: number } {
    return { lineno: this.#line, colno: this.#index - this.#lineStart };
  }

  #fail(message: string, line = this.#line): never {
    throw templateSyntaxError(message, { template: this.#template, line: line + 1 });
  }
}

function trimLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  return text.slice(0, end);
}
