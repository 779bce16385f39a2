import { fileURLToPath } from 'node:url';

/** A place in a file of the app. */
export interface StackFrame {
  /** Empty for code outside of a named function. */
  readonly functionName: string;
  /** Absolute. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Longer lines are no frame. */
const MAX_FRAME_LENGTH = 2000;

/** The frames of an error in files of the app, the innermost first: not node's, not a package's. In linear time. */
export function appFrames(error: Error): StackFrame[] {
  return framesOf(error)
    .split('\n')
    .flatMap((line) => frameIn(line) ?? []);
}

/** `at name (file:line:column)` or `at file:line:column`. */
function frameIn(text: string): StackFrame | undefined {
  if (text.length > MAX_FRAME_LENGTH || text.includes('node_modules') || text.includes('node:')) return undefined;
  const words = text.trim().replace(/^at (?:async )?/, '');
  const open = words.lastIndexOf('(');
  const match = /^((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*):(\d+):\d+\)?$/.exec(words.slice(open + 1));
  if (match === null) return undefined;
  const file = match[1] as string;
  return {
    functionName: open === -1 ? '' : (words.split(' ', 1)[0] as string),
    file: file.startsWith('file://') ? fileURLToPath(file) : file,
    line: Number(match[2]),
  };
}

/** The stack without the message before it: a client whose text is part of that must not choose the file that is named. */
function framesOf({ stack = '', message }: Error): string {
  const start = stack.indexOf(': ') + 2;
  return stack.startsWith(message, start) ? stack.slice(start + message.length) : stack;
}
