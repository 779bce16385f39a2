import { createRequire } from 'node:module';
import process from 'node:process';
import { nearestName } from '@tina4/core';
import type { Command as Program } from 'commander';
import { notBuiltText } from '../not-built.js';
import { notBuiltCommands } from '../not-built-commands.js';
import { readVersion } from '../server/version.js';
import { paint } from '../terminal/paint.js';
import { finish, surviveClosedPipes } from './finish.js';

// `require` takes 12 ms less than `import`; lazy-package.ts in the core says why.
const { Command, CommanderError, InvalidArgumentError } = createRequire(import.meta.url)(
  'commander',
) as typeof import('commander');

/**
 * The `tina4` command. `args` are the words after it. Prints mistakes of the user without a stack and sets the exit code; each
 * command is a file of its own that is only loaded when it is used. Ends the process when the work is done, a server's apart.
 */
export async function main(args: readonly string[]): Promise<void> {
  const isServer = args[0] === 'serve' || args[0] === 'start';
  surviveClosedPipes(isServer);
  const isServing = (await run(args)) && isServer;
  if (!isServing) await finish();
}

/** True when the command did what it was asked. */
async function run(args: readonly string[]): Promise<boolean> {
  const program = await buildProgram();
  if (args.length === 0 || args[0] === 'help') {
    program.outputHelp();
    return true;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return true;
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
    if (!(error instanceof CommanderError)) console.error(messageOf(error));
    return false;
  }
}

async function buildProgram(): Promise<Program> {
  const program = new Command('tina4')
    .description('Tina4 for Node.js')
    .usage('<command> [options]')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false, styleTitle: (text) => paint('bold', text) })
    .helpCommand(false)
    .version(`tina4 ${await readVersion()}`, '-v, --version');

  program
    .command('serve')
    .alias('start')
    .description('serve the project in this folder')
    .option('--port <number>', 'port to listen on', parsePort)
    .option('--host <address>', 'address to listen on')
    .option('--workers <number>', 'processes that serve, or auto for one per core', parseWorkers)
    .option('--no-reload', 'do not watch files in debug mode')
    .option('--production', 'production mode, whatever .env says')
    .option('--no-browser', 'accepted for old scripts; no browser is opened')
    .action(async (options) => void (await (await import('./serve.js')).serve(options)));
  program
    .command('init')
    .description('create a project: tina4 init my-app')
    .argument('<words...>', 'the folder, optionally after the word nodejs')
    .action(async (words: string[]) => (await import('./init.js')).init(words));
  program
    .command('routes')
    .description('list the routes of the project and what guards them')
    .option('--method <method>', 'only this method')
    .option('--filter <text>', 'only paths with this text')
    .option('--middleware <name>', 'only routes with this middleware')
    .option('--json', 'for programs')
    .action(async (options) => (await import('./routes.js')).routes(options));
  program
    .command('generate')
    .description('write a new route, middleware or test')
    .argument('<kind>', 'route, middleware or test')
    .argument('<name>')
    .option('--prefix <path>', 'path before the name of a route', '/api')
    .option('--middleware <name>', 'middleware of the new routes')
    .action(async (kind: string, name: string, options) =>
      (await import('./generate.js')).generate(kind, name, options),
    );
  program
    .command('test')
    .description('run the tests of the project')
    .argument('[file]', 'one test file instead of all of tests/')
    .option('--filter <text>', 'only classes and methods whose name has this text')
    .option('--verbose', 'show times and whole stacks')
    .action(async (file: string | undefined, options) => (await import('./test.js')).test(file, options));
  program
    .command('doctor')
    .description('check the project and its settings')
    .option('--json', 'for programs')
    .action(async (options) => (await import('./doctor.js')).doctor(options));
  program
    .command('sessions')
    .description('look after stored sessions')
    .argument('<action>', 'stats, sweep or revoke')
    .argument('[handle]', 'revoke: the 16 characters that log lines name the session by')
    .option('--all', 'sweep: also what has expired only just now')
    .option('--json', 'for programs')
    .action(async (action: string, handle: string | undefined, options) =>
      (await import('./sessions.js')).sessions(action, handle, options),
    );
  program
    .command('build')
    .description('compile the project to dist/')
    .action(async () => (await import('./build.js')).build());

  const commands = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
  // Commander would say "too many arguments"; a word that is no command deserves its name back.
  program
    .argument('[command]')
    .allowExcessArguments()
    .allowUnknownOption()
    .action((_word, _options, { args }: Program) => tellUnknown(args[0] ?? '', commands, program));
  return program;
}

function tellUnknown(word: string, commands: readonly string[], program: Program): void {
  process.exitCode = 1;
  const what = Object.hasOwn(notBuiltCommands, word) ? notBuiltCommands[word] : undefined;
  if (what !== undefined) {
    console.error(notBuiltText(`tina4 ${word}`, what));
    return;
  }
  console.error(word.startsWith('-') ? `Unknown option: ${word}` : `Unknown command: ${word}`);
  const nearest = nearestName(word, commands);
  if (nearest !== undefined) console.error(`Did you mean: tina4 ${nearest}?`);
  console.error('');
  program.outputHelp({ error: true });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError('Use a number from 0 to 65535.');
  return port;
}

function parseWorkers(text: string): string {
  if (!/^(auto|[1-9]\d{0,2})$/.test(text)) throw new InvalidArgumentError('Use auto or a number from 1 to 999.');
  return text;
}

function messageOf(error: unknown): string {
  const { name, message, stack } = Object(error) as { name?: unknown; message?: unknown; stack?: unknown };
  // Errors made for the user have the name Error and their message as stack; anything else is a defect, shown whole.
  const text = String(stack ?? (message === undefined ? error : `${name}: ${message}`));
  return text.replace(/^Error:/, paint('red', 'Error:', process.stderr));
}
