import type { OutgoingHttpHeader, ServerResponse } from 'node:http';

/** What happens around an answer that the app writes to Node's response itself. */
export interface RawAnswerSteps {
  /** Called before the first byte: stores what is to be stored. Undefined when there is nothing to wait for. */
  store(): Promise<void> | undefined;
  /** Called when it is stored and the head has not left: sets headers. */
  setHeaders(raw: ServerResponse): void;
  /** Called when it could not be stored; writes another answer. What the app wrote, and writes from now on, is dropped. */
  refuse(error: unknown): Promise<void>;
}

/** The methods by which a head leaves. */
const WRITERS = ['writeHead', 'flushHeaders', 'write', 'end'] as const;
type Writer = (typeof WRITERS)[number];
type Call = (...values: unknown[]) => unknown;

/**
 * Holds what an app writes to Node's response back until the session is stored, and sends the cookies with it. Put around the
 * response when the app first asks for it; an answer of the framework's own goes through.
 */
export class RawAnswer {
  readonly #raw: ServerResponse;
  readonly #steps: RawAnswerSteps;
  readonly #originals: Readonly<Record<Writer, Call>>;
  #waiting: { readonly writer: Writer; readonly values: unknown[] }[] = [];
  #state: 'untouched' | 'storing' | 'open' | 'refused' = 'untouched';
  #isBegun = false;
  #storing: Promise<void> | undefined;

  constructor(raw: ServerResponse, steps: RawAnswerSteps) {
    this.#raw = raw;
    this.#steps = steps;
    this.#originals = {
      writeHead: raw.writeHead as Call,
      flushHeaders: raw.flushHeaders as Call,
      write: raw.write as Call,
      end: raw.end as Call,
    };
    for (const writer of WRITERS) {
      (raw as unknown as Record<Writer, Call>)[writer] = (...values) => this.#take(writer, values);
    }
  }

  /** True once the app has written something itself. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Settles when the session is stored and what was held back is written, or refused. Never rejects. */
  get storing(): Promise<void> | undefined {
    return this.#storing;
  }

  /** Lets everything through: the framework answers. */
  open(): void {
    this.#state = 'open';
  }

  #take(writer: Writer, values: unknown[]): unknown {
    if (this.#state === 'untouched') this.#begin();
    if (this.#state === 'open') return this.#write(writer, values);
    if (this.#state === 'storing') this.#waiting.push({ writer, values });
    // Whoever minds asks for no more until there is a drain.
    return writer === 'write' ? this.#state === 'refused' : this.#raw;
  }

  #begin(): void {
    this.#isBegun = true;
    const storing = this.#steps.store();
    if (storing === undefined) {
      this.#steps.setHeaders(this.#raw);
      this.#state = 'open';
      return;
    }
    this.#state = 'storing';
    this.#storing = storing.then(() => this.#goOn()).catch((error: unknown) => this.#refuse(error));
  }

  #goOn(): void {
    this.#steps.setHeaders(this.#raw);
    this.#state = 'open';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { writer, values } of waiting) this.#write(writer, values);
    if (!this.#raw.writableEnded && !this.#raw.writableNeedDrain) this.#raw.emit('drain');
  }

  #write(writer: Writer, values: unknown[]): unknown {
    const call = this.#originals[writer];
    if (writer !== 'writeHead' || this.#raw.headersSent || !this.#isBegun) return call.apply(this.#raw, values);
    return call.apply(this.#raw, withoutHeaders(this.#raw, values));
  }

  async #refuse(error: unknown): Promise<void> {
    this.#waiting = [];
    this.#state = 'open';
    const answering = this.#steps.refuse(error);
    this.#state = 'refused';
    await answering;
  }
}

/** Sets the headers that `writeHead` was given by themselves, as it would do, but for its cookies taking the place of ours. */
function withoutHeaders(raw: ServerResponse, values: unknown[]): unknown[] {
  const headers = values.at(-1);
  if (typeof headers !== 'object' || headers === null) return values;
  const pairs = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers);
  const seen = new Set(['set-cookie']);
  for (const [name, value] of pairs as [string, OutgoingHttpHeader | undefined][]) {
    if (value === undefined) continue;
    const before = seen.has(name.toLowerCase()) ? raw.getHeader(name) : undefined;
    seen.add(name.toLowerCase());
    raw.setHeader(name, before === undefined ? value : (([] as unknown[]).concat(before, value) as string[]));
  }
  return values.slice(0, -1);
}

/** `writeHead` takes names and values in turn, or pairs of them. */
function pairsOf(list: readonly unknown[]): unknown[][] {
  if (Array.isArray(list[0])) return list as unknown[][];
  return Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index], list[2 * index + 1]]);
}
