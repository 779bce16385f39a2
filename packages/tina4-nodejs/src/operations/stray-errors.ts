import process from 'node:process';
import { appFrames, type Route, type StackFrame } from '@tina4/core';

/** What is done about errors that no request can be answered with. */
export interface StrayErrorOptions {
  /** Development: the process goes on. */
  readonly isDebug: () => boolean;
  readonly routes: () => readonly Route[];
  readonly log: { error(message: string, context?: Readonly<Record<string, unknown>>): void };
  /** Lets running requests finish and ends the process with 1. */
  readonly end: () => void;
}

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/**
 * Watches for promises that are rejected with nobody waiting, and errors thrown from timers and listeners. Each is logged with the
 * route and the file that it comes from. In production what the process still is cannot be known then: it finishes its requests
 * and ends with 1, so that whoever runs it (our worker pool, a container) puts a fresh one in its place. In debug mode it goes on.
 * An app that listens to the event itself has decided: its errors are logged and nothing else. Returns a function that stops.
 */
export function watchStrayErrors({ isDebug, routes, log, end }: StrayErrorOptions): () => void {
  const listeners = EVENTS.map((event) => {
    const listener = (error: unknown): void => {
      const isDecidedByApp = process.listenerCount(event) > 1;
      const goesOn = isDecidedByApp || isDebug();
      const { route, place } = originOf(error, routes());
      const what =
        event === 'unhandledRejection'
          ? 'A promise was rejected and nobody waits for it'
          : 'An error was thrown outside of any request';
      const where = [
        ...(route === undefined ? [] : [`by ${route}`]),
        ...(place === undefined ? [] : [`in ${place}`]),
      ].join(' ');
      const then = goesOn ? 'Await the promise, or catch its error.' : 'The process finishes its requests and ends.';
      log.error(`${what}${where === '' ? '' : ` (${where})`}. ${then} ${stackOf(error)}`, { route, file: place });
      if (!goesOn) end();
    };
    process.on(event, listener);
    return () => void process.off(event, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

/** Where an error comes from, as far as its stack tells. */
interface Origin {
  /** Method and pattern. */
  readonly route?: string | undefined;
  /** `file:line`. */
  readonly place?: string | undefined;
}

/**
 * The stack and what is known of the registrations are enough for most errors, and cost nothing while there are none: following
 * each request through its promises took twice the time of a small handler on Node 20.
 */
export function originOf(error: unknown, routes: readonly Route[]): Origin {
  const frames = error instanceof Error ? appFrames(error) : [];
  const first = frames[0];
  const place = first === undefined ? undefined : `${first.file}:${first.line}`;
  const route = frames.map((frame) => routeAt(frame, routes)).find((found) => found !== undefined);
  return { route: route?.label, place };
}

/** The route whose handler a frame stands in: by the name of the function, by its lines, or because its file has no other. */
function routeAt({ functionName, file, line }: StackFrame, routes: readonly Route[]): Route | undefined {
  const own = routes.filter((route) => route.sourceFile === file);
  const named = own.filter(({ handler }) => handler.name !== '' && handler.name === functionName);
  if (named.length === 1) return named[0];
  const around = own.filter(({ sourceLine, handler }) => {
    if (sourceLine === undefined) return own.length === 1;
    // The registration begins at most a line or two before its handler.
    return sourceLine <= line && line <= sourceLine + handler.toString().split('\n').length + 1;
  });
  return around.at(-1);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
